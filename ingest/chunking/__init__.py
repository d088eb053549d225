"""Chunks whose spans come from the split itself; floor 4."""
