"""Sections found in canonical text; floor 4."""
