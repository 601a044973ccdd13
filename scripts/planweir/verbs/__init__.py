"""A person's verbs, as functions."""
