"""Short links for long addresses."""
