"""What each agent is told."""
