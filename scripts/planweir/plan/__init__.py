"""The task graph: model, readers, checks and waves. Knows nothing of runs."""
