"""The peer in a process of its own (evals), so that its memory and its seconds are its own: `python -m
evals.measures.peer_process FOLDER`.

LlamaIndex as its manual begins: SimpleDirectoryReader → SentenceSplitter → the packaged embedder through its LlamaIndex
adapter → qdrant-client in local mode on disk. For PDFs it gets a reader that does what LlamaIndex's own does, pypdf
page by page.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import pypdf
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document

from evals.measures.peer import Peer
from ingest.embedding.local import LocalEmbedder


class PypdfReader(BaseReader):
    """One document per page."""

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        """The pages of a PDF."""
        with pypdf.PdfReader(file) as reader:
            return [
                Document(text=page.extract_text(), metadata={**(extra_info or {}), "page": number})
                for number, page in enumerate(reader.pages, 1)
            ]


def main() -> int:
    """Entry point: reads the folder, prints one line of JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    embedder = LocalEmbedder()
    embedder.embed_now(["The first call of a model is slower than those that follow."])
    with tempfile.TemporaryDirectory(prefix="proviso-peer-") as kept:
        peer = Peer(Path(kept), embedder)
        peer.take_folder(folder, {".pdf": PypdfReader()})
        peer.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(peer.result() | {"peak_rss_mb": {"all": round(peak_mb, 1)}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
