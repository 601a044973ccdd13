"""Python: modules, what they import, where programs begin, and who names a definition."""
