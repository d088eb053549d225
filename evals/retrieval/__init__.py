"""Whether search finds the clause (evals): labelled questions and natural wordings, asked over HTTP, scored by characters."""
