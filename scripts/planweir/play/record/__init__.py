"""Making a recording of a run: from the host's transcripts, the plan's journal and the repository as it was."""
