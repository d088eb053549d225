"""Documents of a reader as text files: stable names, stable bytes, one file a source."""

from __future__ import annotations

from typing import Any

import pytest
from llama_index.core.schema import Document

from api.llamaindex.texts import text_files


def a_document(text: str = "Words.", **metadata: Any) -> Document:
    return Document(text=text, metadata=metadata)


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"file_name": "report.pdf"}, "report.pdf.txt"),
        ({"file_name": "notes.txt"}, "notes.txt"),
        ({"file_name": "notes.MARKDOWN"}, "notes.md"),
        ({"file_path": "/srv/a b/Letter of intent.eml", "file_name": "x"}, "Letter of intent.eml.txt"),
        ({"file_path": "C:\\letters\\one.doc"}, "one.doc.txt"),
        ({"url": "https://example.org/policies/privacy/?v=3#top"}, "example.org-policies-privacy.txt"),
        ({"source": "Verträge/größe.docx"}, "größe.docx.txt"),
        ({"file_name": "../../etc/passwd"}, "passwd.txt"),
        ({"file_name": "???"}, "text.txt"),
    ],
)
def test_a_name_comes_from_the_source_and_says_that_it_is_text(metadata: dict[str, Any], name: str) -> None:
    (file,) = text_files([a_document(**metadata)])
    assert file.name == name


def test_text_with_headings_of_markdown_is_called_markdown() -> None:
    (file,) = text_files([a_document("# Title\n\nWords.", file_name="page.html")])
    assert file.name == "page.html.md"


def test_a_document_without_a_source_is_named_after_its_words_or_its_own_id() -> None:
    one, same, other, named = text_files(
        [a_document("One."), a_document("Two."), a_document("One."), Document(text="x", id_="ticket-7")]
    )
    assert one.name == other.name != same.name
    assert one.source.startswith("text-")
    assert (named.source, named.name) == ("ticket-7", "ticket-7.txt")


def test_pages_are_joined_by_page_breaks_and_other_parts_by_blank_lines() -> None:
    pages = [a_document(f"Page {n}.", file_name="a.pdf", page_label=str(n)) for n in (1, 2)]
    rows = [a_document(f"Row {n}.", file_name="a.csv") for n in (1, 2)]
    first, second = text_files([*pages, *rows])
    assert (first.data, second.data) == (b"Page 1.\n\x0cPage 2.", b"Row 1.\n\nRow 2.")


def test_metadata_are_what_all_parts_say() -> None:
    parts = [a_document(file_name="a.pdf", page_label=str(n), by="ACME", late=n) for n in (1, 2)]
    (file,) = text_files(parts)
    assert file.metadata == {"file_name": "a.pdf", "by": "ACME", "read_from": "a.pdf"}


def test_reading_again_gives_the_same_bytes() -> None:
    one, two = (next(text_files([a_document("Line.\r\nLine.", file_name="a.txt")])) for _ in range(2))
    assert (one.sha256, one.data) == (two.sha256, b"Line.\nLine.")


def test_metadata_that_hold_themselves_end_somewhere() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    document = a_document(file_name="a.txt")
    document.metadata["loop"] = loop
    (file,) = text_files([document])
    assert "loop" in file.metadata
