"""Plans, exact token counts and packing of a context with its receipt; floor 4."""
