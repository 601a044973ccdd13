"""What may be wrong, looked for one thing at a time: each with why it matters and the exact mend. Nothing is written."""
