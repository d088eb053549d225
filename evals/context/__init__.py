"""What of the truth reaches the model: planning, packing and closure, measured without a model; and with one, its answers (evals)."""
