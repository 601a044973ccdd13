"""The real Claude Code client against a scripted Messages API: fetched, put into a network of its own, and watched."""
