"""Recordings of agents, and the player that runs them through the hooks."""
