"""Is there a way from an entry point of the project to code that is new? What nothing reaches is scaffold, not done.

Nothing of the project is imported or run: files are read and parsed. Standard library, and two parsers that are imported where used.
"""
