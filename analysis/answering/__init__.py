"""From a question to an answer with evidence; floor 4."""
