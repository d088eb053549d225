"""Bytes in, indexed chunks out: parsing, structure, chunking, embedding, pipeline; floor 4, blind to analysis."""
