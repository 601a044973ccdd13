"""The shape of a review and its judgement."""
