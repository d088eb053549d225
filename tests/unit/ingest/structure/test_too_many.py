"""A text that is nothing but numbers of clauses: the search for sections ends somewhere, and says so."""

from __future__ import annotations

from ingest.structure.candidates import MAX_CANDIDATES
from ingest.structure.structured import structured
from proviso.types.documents import Block, Page, Parsed


def parsed(text: str) -> Parsed:
    half = len(text) // 2
    pages = (Page(1, 0, half, 612, 792, half, "text_layer"), Page(2, half, len(text), 612, 792, half, "text_layer"))
    return Parsed(text, (Block("paragraph", 0, len(text)),), "text/plain", pages)


def test_a_document_with_more_clause_numbers_than_can_be_judged_says_where_the_search_ended() -> None:
    text = "(a) (b) " * MAX_CANDIDATES
    found = structured(parsed(text), "numbers.txt")
    warning = next(each for each in found.warnings if each.code == "sections_cut")
    assert warning.pages == (2,)
    assert found.text == text


def test_a_document_with_many_clauses_is_searched_to_its_end() -> None:
    text = "\n".join(f"{number}. Terms. The parties agree as follows." for number in range(1, 400))
    found = structured(parsed(text), "clauses.txt")
    assert not found.warnings
    assert len(found.sections) > 90
