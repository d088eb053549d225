"""Questions in, grounded results out: retrieval, context, llm, evidence, answering, extraction; floor 4."""
