"""Proviso for LlamaIndex programs: its search as a retriever, its chunker as a node parser, any reader as a source; floor 5.

Loading any module of this package but `service` loads `llama_index`, so `proviso serve` loads none of them unless a setting names one.
"""
