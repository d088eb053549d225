"""Hybrid search over the index, fusion and growth to passages; floor 4."""
