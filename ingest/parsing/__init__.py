"""A parser for each file format, run in limited child processes: bytes to canonical text and boxes; floor 4."""
