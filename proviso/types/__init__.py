"""The data that crosses floors (floor 0): frozen slotted dataclasses whose field names are those of API.md."""
