"""Decisions about one tool call, from the small file guard.json. Standard library only."""
