"""The checks that close a wave and a plan."""
