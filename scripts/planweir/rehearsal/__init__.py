"""A plan's scripts run with agents that only announce themselves: no client, no model, nothing spent, nothing written."""
