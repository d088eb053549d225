"""The peer of the ingestion measurement (evals): what one writes with LlamaIndex in an afternoon, on the same files and embedder.

pypdf text page by page → SentenceSplitter fitted to the embedder → the packaged embedder through its LlamaIndex adapter → qdrant-client
in local mode on disk. It has no structure, boxes, sparse vectors, limits, durable jobs or count checks; overlap is 0 and embedding batches
are as large as ours, both in its favour.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdf
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import BaseNode, Document
from qdrant_client import QdrantClient, models

from evals.measures.spent import Spent
from evals.reading import Timed
from ingest.embedding.llamaindex import LlamaIndexEmbedding
from ingest.embedding.local import LocalEmbedder
from ingest.pipeline import BATCH

NAME = "pypdf + LlamaIndex SentenceSplitter + our embedder + qdrant-client local mode"
COLLECTION = "peer"


def measure(paths: Sequence[Path], embedder: LocalEmbedder) -> dict[str, Any]:
    """Seconds by stage, and what was made of the files."""
    timed, spent = Timed(), Spent.now()
    model = LlamaIndexEmbedding(embedder)
    model.embed_batch_size = BATCH
    splitter = SentenceSplitter(
        chunk_size=embedder.max_tokens, chunk_overlap=0, tokenizer=lambda text: range(embedder.count_tokens(text))
    )
    made = {"pages": 0, "chars": 0, "chunks": 0, "tokens_embedded": 0}
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        started = time.perf_counter()
        client = QdrantClient(path=folder)
        size = models.VectorParams(size=embedder.dimensions, distance=models.Distance.COSINE)
        client.create_collection(COLLECTION, vectors_config=size)
        timed.add("open", started)
        for path in paths:
            documents = _read(path, timed)
            started = time.perf_counter()
            nodes = splitter.get_nodes_from_documents(documents)
            timed.add("chunk", started)
            _index(client, model, nodes, timed)
            made["pages"] += len(documents)
            made["chars"] += sum(len(document.text) for document in documents)
            made["chunks"] += len(nodes)
            made["tokens_embedded"] += sum(embedder.count_tokens(node.get_content()) for node in nodes)
        client.close()
    return {"name": NAME} | made | spent.since(timed.seconds, made["pages"])


def _read(path: Path, timed: Timed) -> list[Document]:
    """One document per page, as LlamaIndex's own PDF reader makes them."""
    started = time.perf_counter()
    with pypdf.PdfReader(path) as reader:
        documents = [
            Document(text=page.extract_text(), metadata={"file_name": path.name, "page": number})
            for number, page in enumerate(reader.pages, 1)
        ]
    for document in documents:
        document.excluded_embed_metadata_keys = ["file_name", "page"]
    timed.add("parse", started)
    return documents


def _index(client: QdrantClient, model: LlamaIndexEmbedding, nodes: Sequence[BaseNode], timed: Timed) -> None:
    started = time.perf_counter()
    vectors = model.get_text_embedding_batch([node.get_content() for node in nodes])
    timed.add("embed", started)
    started = time.perf_counter()
    points = [
        models.PointStruct(id=str(uuid.uuid4()), vector=vector, payload={**node.metadata, "text": node.get_content()})
        for node, vector in zip(nodes, vectors, strict=True)
    ]
    if points:
        client.upsert(COLLECTION, points)
    timed.add("index", started)
