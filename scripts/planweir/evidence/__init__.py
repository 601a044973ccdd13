"""Recorded runs, test runners, digests of the tree, and the verdict on a run."""
