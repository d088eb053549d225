"""The packaged embedder against what the processor could do at best (evals).

The limit. A token of MiniLM-L6 costs 6 × (4 × 384² + 2 × 384 × 1536) × 2 = 21.2 million operations in dense layers, on
bytes, and 1.2 million in attention, on float32 (texts of 128 tokens; a multiply and an add are two). What a core does
with float32 is measured beside it, as the best matrix product of numpy's library on one thread. Of bytes a core does
twice as many, or four times with VNNI: per instruction 32 products of bytes, which take three instructions to add up
(multiply, widen, add; two ports multiply), against 8 of float32 in one; VNNI does the three in one.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from typing import Any

from evals.documents import SAMPLES, files_in
from evals.reading import Timed, parser_pool, read_file
from evals.results import CPU_INFO
from ingest.chunking.chunk import indexed_text
from ingest.embedding.local import LocalEmbedder
from proviso.settings import Settings

DENSE_MOP, ATTENTION_MOP = 21.2, 1.2
ROUNDS = 3
GEMM = """
import time
import numpy as np
best = 0.0
for inner, outer in ((384, 1536), (1536, 384), (384, 1152)):
    left, right = np.ones((1024, inner), np.float32), np.ones((inner, outer), np.float32)
    for _ in range(12):
        started = time.thread_time()
        left @ right
        best = max(best, 2e-9 * 1024 * inner * outer / (time.thread_time() - started))
print(best)
"""


def measure() -> dict[str, Any]:
    """Tokens per second of processor time on one thread, the limit and its parts, and tokens a second on all threads."""
    texts = sample()
    gflops, width = _float32_gflops(), 4 if _has_vnni() else 2
    limit = limit_tokens_per_s(gflops, width)
    alone, together = LocalEmbedder(threads=1), LocalEmbedder()
    tokens = sum(map(alone.count_tokens, texts))
    per_cpu_s, _ = _rates(alone, texts, tokens)
    together_cpu_s, together_s = _rates(together, texts, tokens)
    started = time.process_time()
    for text in texts:
        alone.count_tokens(text)
    counting_cpu_s = time.process_time() - started
    return {
        "texts": len(texts),
        "tokens": tokens,
        "float32_gflops_per_core": round(gflops, 1),
        "vnni": width > 2,
        "limit_tokens_per_cpu_s": round(limit),
        "tokens_per_cpu_s": round(per_cpu_s),
        "limit_over_measured": round(limit / per_cpu_s, 2),
        "all_threads_tokens_per_cpu_s": round(together_cpu_s),
        "all_threads_tokens_per_s": round(together_s),
        "tokenizer_tokens_per_cpu_s": round(tokens / counting_cpu_s),
    }


def limit_tokens_per_s(gflops: float, width: int) -> float:
    """Of one core that does so much with float32, and `width` times as much with bytes."""
    return 1e3 / (DENSE_MOP / (width * gflops) + ATTENTION_MOP / gflops)


def sample() -> list[str]:
    """The chunks of the sample contracts, as they are embedded."""
    return asyncio.run(_chunks())


async def _chunks() -> list[str]:
    pool = parser_pool(Settings())
    try:
        found = [await read_file(path, pool, Timed()) for path in files_in(SAMPLES)]
    finally:
        await pool.close()
    return [indexed_text(read.parsed.text, chunk) for read in found for chunk in read.chunks]


def _rates(embedder: LocalEmbedder, texts: list[str], tokens: int) -> tuple[float, float]:
    """Tokens per second of processor time, and per second of the clock: each the best of some rounds."""
    embedder.embed_now(texts[:32])
    per_cpu_s = per_s = 0.0
    for _ in range(ROUNDS):
        clock_s, cpu_s = time.perf_counter(), time.process_time()
        embedder.embed_now(texts)
        per_cpu_s = max(per_cpu_s, tokens / (time.process_time() - cpu_s))
        per_s = max(per_s, tokens / (time.perf_counter() - clock_s))
    return per_cpu_s, per_s


def _float32_gflops() -> float:
    """In a process of its own, because numpy's library reads once how many threads it may use."""
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return float(subprocess.run([sys.executable, "-c", GEMM], env=alone, capture_output=True, check=True).stdout)


def _has_vnni() -> bool:
    flags = CPU_INFO.read_text() if CPU_INFO.is_file() else ""
    return "avx512_vnni" in flags or "avx_vnni" in flags
