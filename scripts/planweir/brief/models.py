"""Which model works on a task: the lower it stands on the plan's scale of complexity, the smaller the model."""

from __future__ import annotations

# Complexity -> model. None given: the session's model.
TIERS = ((3, "haiku"), (7, "sonnet"), (10, "opus"))


def model_for(complexity: int | None) -> str | None:
    """The model of an implementer; None is the session's own."""
    if complexity is None:
        return None
    return next((model for limit, model in TIERS if complexity <= limit), None)
