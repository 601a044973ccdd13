"""The one truth: events, the transition table, the fold, and what is rendered from it."""
