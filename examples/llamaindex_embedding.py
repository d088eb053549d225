"""Proviso's embedder in a LlamaIndex index: no download, no endpoint, no global settings.

python examples/llamaindex_embedding.py samples/paxmedica-master-service.html "Who owns the inventions?"
"""

from __future__ import annotations

import sys
from pathlib import Path

from llama_index.core import VectorStoreIndex

from api.llamaindex.chunking import node_parser
from ingest.embedding.llamaindex import LlamaIndexEmbedding
from ingest.embedding.local import LocalEmbedder
from ingest.parsing.llamaindex import ProvisoReader


def main(path: Path, question: str) -> None:
    embedder = LocalEmbedder()
    parser = node_parser(embedder.count_tokens, embedder.max_tokens)  # nodes that this model reads whole
    index = VectorStoreIndex.from_documents(
        ProvisoReader().load_data(path), transformations=[parser], embed_model=LlamaIndexEmbedding(embedder)
    )
    for hit in index.as_retriever(similarity_top_k=3).retrieve(question):
        print(f"{hit.get_score():.3f}  {hit.node.metadata['header']}\n       {' '.join(hit.text.split())[:160]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
