"""The HTTP routes, one module for each resource; floor 5."""
