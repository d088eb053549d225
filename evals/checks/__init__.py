"""Checks of one read document against promises that have no tolerance: pure functions that return what is wrong."""
