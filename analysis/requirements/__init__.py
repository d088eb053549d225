"""Requirement sentences found by code (floor 4, pure): which sentences of a specification bind, with what words, under what condition."""
