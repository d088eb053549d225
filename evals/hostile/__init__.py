"""Files that want to harm the service, and what comes of them (evals): generated bombs and mutated documents through the real service."""
