"""A stored file to everything that is kept of it, in a limited child process; floor 4, above parsing, structure, chunking and embedding."""
