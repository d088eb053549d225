"""Readers as a source: what is uploaded, what is not sent again, what becomes a new version, what is refused, and what failed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_index.core import SimpleDirectoryReader
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document
from typing_extensions import override

from api.llamaindex.reading import Taken, add_documents, add_from_reader
from api.llamaindex.service import Service, ServiceUnavailable

WAIT_S = 60


class Wiki(BaseReader):
    """A reader of someone else's: pages by address."""

    def __init__(self, **pages: str) -> None:
        self.pages = pages

    @override
    def lazy_load_data(self, space: str) -> Iterable[Document]:
        for name, text in self.pages.items():
            yield Document(text=text, metadata={"url": f"https://wiki.example/{space}/{name}?v=1", "space": space})


def outcomes(taken: list[Taken]) -> list[tuple[str, str]]:
    return [(one.outcome, one.filename) for one in taken]


def text_of(client: httpx.Client, taken: Taken) -> str:
    return str(client.get(f"/v1/documents/{taken.document_id}/text").json()["text"])


def test_what_a_reader_yields_is_searchable_with_its_metadata(client: httpx.Client, service: Service) -> None:
    wiki = Wiki(leave="Leave is thirty days a year.", travel="# Travel\n\nTravel is paid by the firm.")
    taken = add_from_reader(wiki, service, "wiki", wait_s=WAIT_S, space="hr")
    assert outcomes(taken) == [("added", "wiki.example-hr-leave.txt"), ("added", "wiki.example-hr-travel.md")]
    assert [one.status for one in taken] == ["ready", "ready"]
    scope = {"collection": "wiki", "filter": {"metadata.space": "hr"}}
    found = client.post("/v1/search", json={"query": "days of leave", "limit": 1, **scope}).json()["items"][0]
    assert found["text"] == "Leave is thirty days a year."
    kept = client.get(f"/v1/documents/{taken[0].document_id}").json()["metadata"]
    assert kept == {"space": "hr", "url": taken[0].source, "read_from": "https://wiki.example/hr/leave?v=1"}


def test_reading_again_sends_only_what_changed_and_makes_it_a_version(client: httpx.Client, service: Service) -> None:
    wiki = Wiki(rules="Dogs are allowed.", hours="We open at nine.")
    first = add_from_reader(wiki, service, "again", wait_s=WAIT_S, space="office")
    wiki.pages["rules"] = "Dogs are not allowed."
    second = add_from_reader(wiki, service, "again", wait_s=WAIT_S, space="office")
    assert [one.outcome for one in second] == ["replaced", "there"]
    assert [one.document_id for one in second] == [one.document_id for one in first]
    assert [one.status for one in second] == ["ready", "ready"]
    assert text_of(client, second[0]) == "Dogs are not allowed."
    assert client.get(f"/v1/documents/{second[0].document_id}").json()["version"] == 2
    assert len(client.get("/v1/documents", params={"collection": "again"}).json()["items"]) == 2


def test_the_pages_of_a_file_are_one_document(client: httpx.Client, service: Service) -> None:
    pages = [
        Document(
            text=f"Words of page {n}.", metadata={"file_path": "scans/lease.pdf", "page_label": str(n), "by": "ACME"}
        )
        for n in (1, 2, 3)
    ]
    (taken,) = add_documents(pages, service, "pages", wait_s=WAIT_S)
    assert (taken.filename, taken.source) == ("lease.pdf.txt", "scans/lease.pdf")
    assert text_of(client, taken).split("\n\f") == [page.text for page in pages]
    assert client.get(f"/v1/documents/{taken.document_id}").json()["metadata"]["by"] == "ACME"


def test_a_folder_is_read_by_llama_index(client: httpx.Client, service: Service, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nAlpha.")
    (tmp_path / "b.txt").write_text("Beta.")
    taken = add_from_reader(SimpleDirectoryReader(tmp_path), service, "folder", wait_s=WAIT_S)
    assert outcomes(taken) == [("added", "a.md"), ("added", "b.txt")]
    assert text_of(client, taken[1]).strip() == "Beta."


def test_a_source_that_is_refused_does_not_stop_the_others(service: Service) -> None:
    documents = [
        Document(text="  ", metadata={"file_name": "blank.txt"}),
        Document(text="word " * 300_000, metadata={"file_name": "long.txt"}),
        Document(text="Fine words.", metadata={"file_name": "fine.txt"}),
    ]
    taken = add_documents(documents, service, "refused", wait_s=WAIT_S)
    assert [one.outcome for one in taken] == ["refused", "refused", "added"]
    assert [one.code for one in taken] == ["empty_file", "file_too_large", None]
    assert all(one.detail for one in taken[:2])
    assert taken[2].status == "ready"


def test_the_same_words_from_two_sources_are_one_document(service: Service) -> None:
    twice = [Document(text="The same words.", metadata={"file_name": name}) for name in ("one.txt", "two.txt")]
    one, two = add_documents(twice, service, "same", wait_s=WAIT_S)
    assert (one.outcome, two.outcome) == ("added", "there")
    assert one.document_id == two.document_id


def test_without_waiting_the_outcome_says_that_it_is_not_ready(service: Service) -> None:
    (taken,) = add_documents([Document(text="Soon to be read.")], service, "soon")
    assert taken.outcome == "added"
    assert taken.status in ("queued", "processing", "ready")
    assert taken.filename.startswith("text-")


def test_no_service_is_an_error_and_no_outcome() -> None:
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        add_documents([Document(text="Words.")], Service("http://127.0.0.1:9"))


def test_metadata_that_json_cannot_hold_are_kept_as_words(client: httpx.Client, service: Service) -> None:
    odd: dict[str, Any] = {
        "file_name": "odd.txt",
        "score": float("nan"),
        "path": Path("a/b"),
        "note": "nul \x00",
        "tags": ("x",),
    }
    (taken,) = add_documents([Document(text="Odd words.\x00", metadata=odd)], service, "odd", wait_s=WAIT_S)
    assert taken.status == "ready"
    kept = client.get(f"/v1/documents/{taken.document_id}").json()["metadata"]
    assert (kept["score"], kept["path"], kept["note"], kept["tags"]) == ("nan", "a/b", "nul \ufffd", ["x"])
