"""A scope read window by window: quotes gathered by the model, merged and counted by code, then one answer; floor 4."""
