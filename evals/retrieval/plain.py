"""The plain pipeline (evals): what one writes with LlamaIndex in an afternoon, on the same texts and questions, with the packaged embedder.

`SentenceSplitter` → the packaged embedder as a `BaseEmbedding` → the nearest nodes by cosine, the whole question as it was typed. No words
beside vectors, no naming of documents, no feedback. A filter on the document stands for a scope. The nearest are taken with one matrix
product over the nodes' vectors: they are those of a `VectorStoreIndex` (a test compares), whose simple store goes through nodes one by one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document, MetadataMode, TextNode
from pydantic import PrivateAttr
from typing_extensions import override

from evals.retrieval.asking import Answer, Asking
from evals.retrieval.metric import KS, Result
from ingest.embedding.llamaindex import LlamaIndexEmbedding
from ingest.embedding.local import LocalEmbedder
from proviso.text import Span

THREADS = 2
PIECE = 1024
"""Texts whose vectors are kept in one file."""
FILE = "file_name"


class Cutting(LlamaIndexEmbedding):
    """The packaged embedder as its users run the model: of a text beyond 256 tokens only the beginning is seen, in silence."""

    _asked: dict[str, list[float]] = PrivateAttr(default_factory=dict)

    def __init__(self, embedder: LocalEmbedder) -> None:
        super().__init__(embedder)

    @override
    def _get_query_embedding(self, query: str) -> list[float]:
        if query not in self._asked:  # the same questions are asked of many documents, and of each pipeline
            self._asked[query] = self._embedder.embed_query_now(query)
        return self._asked[query]

    @override
    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(self._embedder.embed_query_now, texts))

    @override
    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embedder.embed_query_now(text)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One way to set it up. `named`: the file's name is embedded with each node, as LlamaIndex does with metadata that is not excluded."""

    name: str
    splitter: SentenceSplitter
    named: bool = False

    def nodes(self, texts: Mapping[str, str]) -> dict[str, list[TextNode]]:
        """The nodes of each file, in the order of its text."""
        hidden = [] if self.named else [FILE]
        documents = {
            file: Document(text=text, metadata={FILE: file}, excluded_embed_metadata_keys=hidden)
            for file, text in texts.items()
        }
        # What is not shown takes no room from a node: the splitter makes room for the longer of both.
        for document in documents.values():
            document.excluded_llm_metadata_keys = [FILE]
        return {
            file: [node for node in self.splitter.get_nodes_from_documents([document]) if isinstance(node, TextNode)]
            for file, document in documents.items()
        }


def pipelines(embedder: LocalEmbedder) -> list[Pipeline]:
    """LlamaIndex's defaults (1,024 tokens, of which the embedder sees the first 256, overlap 200), and nodes fitted to the embedder."""
    fitted = SentenceSplitter(
        chunk_size=embedder.max_tokens, chunk_overlap=0, tokenizer=lambda text: range(embedder.count_tokens(text))
    )
    return [
        Pipeline("LlamaIndex, its defaults", SentenceSplitter()),
        Pipeline("LlamaIndex, nodes of 256 tokens", fitted),
        Pipeline("LlamaIndex, nodes of 256 tokens with the file name", fitted, named=True),
    ]


def placed(text: str, nodes: Sequence[TextNode]) -> list[Span]:
    """Where each node stands. Its own offsets are wrong where words are repeated, so each is looked for behind the start of the last."""
    out: list[Span] = []
    for node in nodes:
        start = text.find(node.text, out[-1].start + 1 if out else 0)
        if start < 0:
            raise ValueError(f"a node does not stand in its text: {node.text[:60]!r}")
        out.append(Span(start, start + len(node.text)))
    return out


class Plain:
    """A pipeline over the texts of a corpus, embedded. `pages`: the spans of each file's pages, where it has them."""

    def __init__(
        self,
        pipeline: Pipeline,
        texts: Mapping[str, str],
        model: Cutting,
        cache: Path,
        pages: Mapping[str, Sequence[Span]],
    ) -> None:
        self.name = pipeline.name
        self._model = model
        self._pages = pages
        by_file = pipeline.nodes(texts)
        self._results = [Result(file, span) for file, nodes in by_file.items() for span in placed(texts[file], nodes)]
        self._owners = np.array([result.document for result in self._results])
        shown = [node.get_content(MetadataMode.EMBED) for nodes in by_file.values() for node in nodes]
        self._vectors = _kept(shown, self._model, cache)

    def ask(self, askings: Sequence[Asking]) -> list[Answer]:
        """In their order."""
        return [self._ask(asking) for asking in askings]

    def _ask(self, asking: Asking) -> Answer:
        started = time.perf_counter()
        question = np.array(self._model.get_query_embedding(asking.text), np.float32)
        scores = self._vectors @ question
        if asking.within:
            scores[self._owners != asking.question.file] = -np.inf
        best = [int(at) for at in np.argsort(-scores, kind="stable")[: KS[-1]] if scores[at] > -np.inf]
        found = tuple(self._results[at] for at in best)
        took_ms = round(1000 * (time.perf_counter() - started))
        return Answer(found, tuple(map(self._pages_of, found)), (), took_ms)

    def _pages_of(self, result: Result) -> tuple[int, int] | None:
        touched = [
            number
            for number, page in enumerate(self._pages.get(result.document, ()), 1)
            if page.start < result.span.end and result.span.start < page.end
        ]
        return (touched[0], touched[-1]) if touched else None


def _kept(texts: Sequence[str], model: Cutting, cache: Path) -> np.ndarray:
    """A row for each text, kept in files that are named by their texts: 255 contracts take minutes, and an interruption costs one piece."""
    cache.mkdir(parents=True, exist_ok=True)
    rows = [_piece(texts[first : first + PIECE], model, cache) for first in range(0, len(texts), PIECE)]
    return np.concatenate(rows)


def _piece(texts: Sequence[str], model: Cutting, cache: Path) -> np.ndarray:
    mark = blake2b("\0".join((model.model_name, *texts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    path = cache / f"{mark}.npy"
    if not path.is_file():
        np.save(path, np.array(model.get_text_embedding_batch(list(texts)), np.float32))
    found: np.ndarray = np.load(path)
    return found
