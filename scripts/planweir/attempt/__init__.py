"""An agent's life under the plan: its spawn, its binding to a task, how it ends, and the turn of the main thread."""
