"""Ingestion by our stages and by the peer on the same files (evals), file by file in turns, so that neither gets the quieter minutes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.measures.peer import Peer
from evals.measures.stages import Stages
from ingest.embedding.local import LocalEmbedder


async def measure(paths: Sequence[Path], embedder: LocalEmbedder) -> dict[str, Any]:
    """Both results, and ours divided by the peer's."""
    embedder.embed_now(["The first call of a model is slower than those that follow."])
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        ours = await Stages.open(Path(folder) / "ours", embedder)
        theirs = Peer(Path(folder) / "peer", embedder)
        try:
            for number, path in enumerate(paths):
                if number % 2:
                    theirs.take(path)
                await ours.take(path)
                if not number % 2:
                    theirs.take(path)
        finally:
            await ours.close()
            theirs.close()
    us, them = ours.result(), theirs.result()
    return {
        "files": len(paths),
        "ours": us,
        "peer": them,
        "ratio_pages_per_s": round(us["pages_per_s"] / them["pages_per_s"], 2),
        "ratio_pages_per_cpu_s": round(us["pages_per_cpu_s"] / them["pages_per_cpu_s"], 2),
    }
