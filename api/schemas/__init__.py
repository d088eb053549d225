"""What goes over HTTP as pydantic models, one module for each resource; floor 5."""
