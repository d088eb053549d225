"""Measurements of speed, memory and size, one module each; every one returns numbers that go to JSON as they are."""
