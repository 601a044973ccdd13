"""What a command line would run and write. Standard library only."""
