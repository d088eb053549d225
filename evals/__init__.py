"""Measurements of Proviso: quality on documents with ground truth, speed, memory and size. It imports the floors; none imports it."""
