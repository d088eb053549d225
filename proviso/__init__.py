"""Floor 0, the words: ids, types, ports, errors, text and span arithmetic, settings. Standard library and pydantic only."""
