"""Fault × kind of server: what a user of Proviso sees of each fault of a model server (evals)."""
