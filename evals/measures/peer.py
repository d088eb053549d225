"""The peer of the ingestion measurement (evals): what one writes with LlamaIndex in an afternoon, on the same files and embedder.

pypdf text page by page → SentenceSplitter fitted to the embedder → the packaged embedder through its LlamaIndex adapter → qdrant-client
in local mode on disk. It has no structure, boxes, sparse vectors, limits, durable jobs or count checks; overlap is 0 and embedding batches
are as large as ours, both in its favour.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdf
from llama_index.core import SimpleDirectoryReader
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import BaseNode, Document
from qdrant_client import QdrantClient, models

from evals.measures.spent import Spent
from evals.reading import Timed
from ingest.embedding.llamaindex import LlamaIndexEmbedding
from ingest.embedding.local import LocalEmbedder
from ingest.indexing import BATCH

NAME = "pypdf + LlamaIndex SentenceSplitter + our embedder + qdrant-client local mode"
COLLECTION = "peer"


class Peer:
    """`take` a file, then another, then `close`."""

    def __init__(self, folder: Path, embedder: LocalEmbedder) -> None:
        self._timed, self._spent = Timed(), Spent()
        self._embedder = embedder
        self._model = LlamaIndexEmbedding(embedder)
        self._model.embed_batch_size = BATCH
        self._splitter = SentenceSplitter(
            chunk_size=embedder.max_tokens, chunk_overlap=0, tokenizer=lambda text: range(embedder.count_tokens(text))
        )
        started = time.perf_counter()
        self._client = QdrantClient(path=str(folder))
        size = models.VectorParams(size=embedder.dimensions, distance=models.Distance.COSINE)
        self._client.create_collection(COLLECTION, vectors_config=size)
        self._timed.add("open", started)
        self._made = dict.fromkeys(
            ("pages", "pages_of_pdfs", "chars", "chars_of_texts", "chunks", "tokens_embedded"), 0
        )

    def take(self, path: Path) -> None:
        """One file through all stages."""
        with self._spent.turn():
            self.take_documents(_read(path, self._timed))

    def take_documents(self, documents: Sequence[Document]) -> None:
        """What was read of one file, through the other stages."""
        started = time.perf_counter()
        nodes = self._splitter.get_nodes_from_documents(documents)
        self._timed.add("chunk", started)
        self._index(nodes)
        chars = sum(len(document.text) for document in documents)
        self._made["pages"] += len(documents)
        self._made["chars"] += chars
        if "page" in documents[0].metadata:
            self._made["pages_of_pdfs"] += len(documents)
        else:
            self._made["chars_of_texts"] += chars
        self._made["chunks"] += len(nodes)
        self._made["tokens_embedded"] += sum(self._embedder.count_tokens(node.get_content()) for node in nodes)

    def take_folder(self, folder: Path, readers: dict[str, BaseReader]) -> None:
        """All files of a folder, read by LlamaIndex's SimpleDirectoryReader with these readers by the end of the name."""
        with self._spent.turn():
            started = time.perf_counter()
            found = SimpleDirectoryReader(input_dir=str(folder), file_extractor=readers).iter_data()
            for documents in found:
                for document in documents:  # else the splitter takes room for them from every chunk
                    document.excluded_embed_metadata_keys = document.excluded_llm_metadata_keys = list(
                        document.metadata
                    )
                self._timed.add("parse", started)
                self.take_documents(documents)
                started = time.perf_counter()
            self._timed.add("parse", started)

    def close(self) -> None:
        self._client.close()

    def result(self) -> dict[str, Any]:
        """Seconds in all and by stage, and what was made of the files."""
        return {"name": NAME} | self._made | self._spent.result(self._timed.seconds, self._made["pages"])

    def _index(self, nodes: Sequence[BaseNode]) -> None:
        started = time.perf_counter()
        vectors = self._model.get_text_embedding_batch([node.get_content() for node in nodes])
        self._timed.add("embed", started)
        started = time.perf_counter()
        points = [
            models.PointStruct(
                id=str(uuid.uuid4()), vector=vector, payload={**node.metadata, "text": node.get_content()}
            )
            for node, vector in zip(nodes, vectors, strict=True)
        ]
        if points:
            self._client.upsert(COLLECTION, points)
        self._timed.add("index", started)


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
