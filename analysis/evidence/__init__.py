"""Quotes resolved against canonical text and given their states; floor 4."""
