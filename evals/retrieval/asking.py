"""Documents into a running service and questions to it, as a client would (evals): results as spans of files.

The data folder of a corpus is kept between runs, because embedding 255 contracts takes minutes; a document that is there is not sent again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from evals.measures.serving import all_documents, upload
from evals.retrieval.corpora import Corpus, Question, Quote
from evals.retrieval.metric import KS, Result
from evals.service import running
from proviso.text import Span

CLIENTS = 2
PATIENCE_S = 7200.0


@dataclass(frozen=True, slots=True)
class Asking:
    """A question to be asked: `text` in the scope of its document (`within`) or of the whole collection."""

    question: Question
    text: str
    within: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: results best first, the pages of each, the files that the question was routed to, and how long the server took."""

    results: tuple[Result, ...]
    pages: tuple[tuple[int, int] | None, ...]
    routed_to: tuple[str, ...]
    took_ms: int


class Searched(Protocol):
    """What can be asked: a service that holds a corpus, or something else over the same texts."""

    def ask(self, askings: Sequence[Asking]) -> list[Answer]: ...


class Desk:
    """A service that holds a corpus."""

    def __init__(self, client: httpx.Client, corpus: Corpus) -> None:
        self._client = client
        self._ids = {item["filename"]: item["id"] for item in all_documents(client)}
        self._files = {id_: file for file, id_ in self._ids.items()}
        self._texts: dict[str, str] = {}
        missing = [path.name for path in corpus.files if path.name not in self._ids]
        if missing:
            raise RuntimeError(f"not in the service: {missing[:5]}")

    def ask(self, askings: Sequence[Asking]) -> list[Answer]:
        """In their order; `CLIENTS` at a time."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(self._ask, askings))

    def truth(self, question: Question) -> list[Span]:
        """The spans of the labelled quotes in the canonical text, each at the place nearest to where its file has it."""
        text = self.text(question.file)
        spans = [nearest(text, quote) for quote in question.truth if quote.start is not None]
        return [span for span in spans if span is not None]

    def text(self, file: str) -> str:
        """The canonical text of a file."""
        if file not in self._texts:
            id_ = self._ids[file]
            self._texts[file] = self._client.get(f"/v1/documents/{id_}/text").raise_for_status().json()["text"]
        return self._texts[file]

    def pages(self, file: str) -> list[Span]:
        """The spans of a file's pages, in order; none where it has no pages."""
        document = self._client.get(f"/v1/documents/{self._ids[file]}").raise_for_status().json()
        found = []
        for number in range(1, (document["pages"] or 0) + 1):
            page = self._client.get(f"/v1/documents/{self._ids[file]}/pages/{number}").raise_for_status().json()
            found.append(Span(page["start"], page["end"]))
        return found

    def _ask(self, asking: Asking) -> Answer:
        body: dict[str, Any] = {"query": asking.text, "limit": KS[-1], "collection": None}
        if asking.within:
            body |= {"document_ids": [self._ids[asking.question.file]]}
        found = self._client.post("/v1/search", json=body).raise_for_status().json()
        items = found["items"]
        return Answer(
            tuple(Result(self._files[item["document_id"]], Span(item["start"], item["end"])) for item in items),
            tuple((item["page_start"], item["page_end"]) if item["page_start"] else None for item in items),
            tuple(self._files[route["document_id"]] for route in found["routed_to"]),
            found["took_ms"],
        )


@contextlib.contextmanager
def desk(corpus: Corpus, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Desk]:
    """A service in `folder` with every file of the corpus ready. `settings` are variables of its environment."""
    with running(folder, settings) as service, httpx.Client(base_url=service.url, timeout=120) as client:
        there = {item["filename"] for item in all_documents(client)}
        upload(client, [path for path in corpus.files if path.name not in there])
        _wait(client)
        yield Desk(client, corpus)


def _wait(client: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        waiting = [
            client.get("/v1/documents", params={"limit": 1, "status": status}).json()["items"]
            for status in ("queued", "processing")
        ]
        if not any(waiting):
            return
        time.sleep(1.0)
    raise TimeoutError("documents are still not ready")


def nearest(text: str, quote: Quote) -> Span | None:
    """Where labelled words stand in a canonical text: at their place, or the one nearest to it; None when they do not."""
    start = quote.start or 0
    if text.startswith(quote.text, start):
        return Span(start, start + len(quote.text))
    places = []
    at = text.find(quote.text)
    while at >= 0:
        places.append(at)
        at = text.find(quote.text, at + 1)
    if not places:
        return None
    nearest = min(places, key=lambda place: abs(place - start))
    return Span(nearest, nearest + len(quote.text))
