"""Proviso's chunker in a LlamaIndex pipeline: a contract becomes nodes of one clause each, with exact offsets.

python examples/llamaindex_node_parser.py samples/paxmedica-master-service.html
"""

from __future__ import annotations

import sys
from pathlib import Path

from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import TextNode

from api.llamaindex.chunking import node_parser
from ingest.parsing.llamaindex import ProvisoReader


def main(path: Path) -> None:
    documents = ProvisoReader().load_data(path)  # or the Documents of any other reader
    texts = {document.doc_id: document.text for document in documents}

    pipeline = IngestionPipeline(transformations=[node_parser()])
    nodes = [node for node in pipeline.run(documents=documents) if isinstance(node, TextNode)]

    for node in nodes[:8]:
        print(f"{node.start_char_idx:>6}-{node.end_char_idx:<6} {node.metadata['header'] or '(preamble)'}")
    exact = sum(texts[node.ref_doc_id or ""][node.start_char_idx : node.end_char_idx] == node.text for node in nodes)
    print(f"{len(nodes)} nodes, {exact} of them exactly the words at their offsets")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
