"""True quotes spoilt in form, and quotes altered in meaning: what verification makes of them (evals)."""
