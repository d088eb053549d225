"""The title of a document."""

from __future__ import annotations

import pytest

from ingest.structure.structured import structured
from ingest.structure.title import title_of
from proviso.types.documents import Block, Parsed
from tests.unit.ingest.structure.builders import paragraphs

TEXT = "EXHIBIT 10.1\n\nRESELLER AGREEMENT\n\nThis agreement is made by both."


def test_a_title_that_means_something_is_taken() -> None:
    assert title_of(TEXT, paragraphs(TEXT), "Master Services Agreement", "x.pdf") == "Master Services Agreement"


@pytest.mark.parametrize(
    "declared",
    [None, "", "untitled", "Microsoft Word - doc1.docx", "0001512673-21-000008", "Document1", "msa_final.pdf", "2"],
)
def test_a_title_that_means_nothing_gives_way_to_the_first_prominent_line(declared: str | None) -> None:
    assert title_of(TEXT, paragraphs(TEXT), declared, "x.pdf") == "RESELLER AGREEMENT"


def test_the_label_of_a_filing_is_cut_off_the_title() -> None:
    text = "Exhibit 10.7 CONSULTING AGREEMENT\n\nWords."
    assert title_of(text, [Block("heading", 0, 33, 1, 1)], None, "x.pdf") == "CONSULTING AGREEMENT"


def test_a_clause_is_no_title_and_the_file_name_is_the_last_resort() -> None:
    text = "ARTICLE 1 CONTRACT FOR SERVICES\n\n1. TERMS\n\nWords."
    assert title_of(text, paragraphs(text), None, "folder/Hosting_2020 (v2).pdf") == "Hosting_2020 (v2)"


def test_a_parsed_document_is_completed_with_title_sections_and_blocks() -> None:
    text = TEXT + "\n\n1. Term. A year."
    done = structured(Parsed(text, paragraphs(text), "text/plain", metadata={"title": "Untitled"}), "x.txt")
    assert done.title == "RESELLER AGREEMENT"
    assert done.sections[-1].path == "1"
    assert done.text == text
