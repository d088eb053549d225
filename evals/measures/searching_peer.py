"""The peer of the search measurement (evals): LlamaIndex's embedding adapter and qdrant-client in local mode, in a process of its own.

    python -m evals.measures.searching_peer FOLDER

It gets our chunks with our vectors, so that both search the same, and is asked in its own process without HTTP, both in its favour. It
has no words beside vectors, no naming of documents, no scopes but a filter on the document, and takes whatever the process holds.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models

from evals.results import percentile
from ingest.embedding.llamaindex import LlamaIndexEmbedding
from ingest.embedding.local import LocalEmbedder

NAME = "LlamaIndex embedding adapter + our embedder + qdrant-client local mode"
COLLECTION = "peer"
BATCH = 256
CHUNKS, VECTORS, ASKED = "chunks.jsonl", "vectors.npy", "asked.json"


@dataclass(frozen=True, slots=True)
class PeerChunk:
    """What the peer stores of a chunk beside its vector."""

    document_id: str
    text: str


def write(
    folder: Path, chunks: Sequence[PeerChunk], vectors: np.ndarray, asked: dict[str, list[dict[str, Any]]]
) -> None:
    """What the process reads: chunks, their vectors in the same order, and requests by scope."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"document_id": chunk.document_id, "text": chunk.text}) for chunk in chunks)
    (folder / CHUNKS).write_text("\n".join(lines), encoding="utf-8")
    np.save(folder / VECTORS, vectors)
    (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")


def main() -> int:
    """Entry point: prints one line of JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    embedder = LocalEmbedder()
    model = LlamaIndexEmbedding(embedder)
    with tempfile.TemporaryDirectory(prefix="proviso-peer-") as kept:
        client = QdrantClient(path=kept)
        started = time.perf_counter()
        _fill(client, folder, embedder.dimensions)
        filled_s = time.perf_counter() - started
        asked: dict[str, list[dict[str, Any]]] = json.loads((folder / ASKED).read_text(encoding="utf-8"))
        rows = {scope: _measured(client, model, bodies) for scope, bodies in asked.items()}
        client.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"name": NAME, "fill_s": round(filled_s, 1), "peak_rss_mb": round(peak_mb, 1), "scopes": rows}))
    return 0


def _fill(client: QdrantClient, folder: Path, dimensions: int) -> None:
    size = models.VectorParams(size=dimensions, distance=models.Distance.COSINE)
    client.create_collection(COLLECTION, vectors_config=size)
    vectors = np.load(folder / VECTORS)
    for first, payloads in _batches(folder / CHUNKS):
        points = [
            models.PointStruct(id=str(uuid.uuid4()), vector=vectors[first + at].tolist(), payload=payload)
            for at, payload in enumerate(payloads)
        ]
        client.upsert(COLLECTION, points)


def _batches(path: Path) -> Iterator[tuple[int, list[dict[str, str]]]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")]
    for first in range(0, len(rows), BATCH):
        yield first, rows[first : first + BATCH]


def _measured(client: QdrantClient, model: LlamaIndexEmbedding, bodies: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Milliseconds of each request, question to texts."""
    found = []
    cpu = time.process_time()
    for body in bodies:
        started = time.perf_counter()
        vector = model.get_query_embedding(body["query"])
        ids = body.get("document_ids")
        condition = ids and models.FieldCondition(key="document_id", match=models.MatchAny(any=ids))
        wanted = models.Filter(must=[condition]) if condition else None
        client.query_points(COLLECTION, query=vector, query_filter=wanted, limit=body["limit"], with_payload=True)
        found.append(1000 * (time.perf_counter() - started))
    cpu_ms = 1000 * (time.process_time() - cpu) / len(bodies)
    shares = {f"p{share}_ms": round(percentile(found, share / 100), 1) for share in (50, 95, 99)}
    return shares | {"searches": len(found), "cpu_ms": round(cpu_ms, 1)}


if __name__ == "__main__":
    sys.exit(main())
