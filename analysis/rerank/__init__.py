"""Rerankers: models that read a question together with each candidate; floor 4. Off unless the settings name one."""
