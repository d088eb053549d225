"""An absence says what of the scope was read: whole, in part, only searched, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.answering.coverage import LISTED_AT_MOST, coverage_of, nearly_whole
from proviso.types.answers import Dropped, Mode, Packed, Receipt, ScopeCoverage
from proviso.types.search import ReadableDocument, ResolvedScope, Route
from tests.unit.analysis.builders import a_document, a_scope

A, B, C = (a_document(name, tokens=1_000, chars=4_000) for name in "abc")


def a_receipt(mode: Mode, *packed: Packed, dropped: tuple[Dropped, ...] = ()) -> Receipt:
    return Receipt(mode, "because", 131_072, 32_000, 24_000, 900, packed, dropped, 1, (), (), ())


def whole(document: ReadableDocument) -> Packed:
    """All of it, in slightly other tokens than ingest counted."""
    return Packed(document.document_id, 0, document.chars, document.tokens + 3)


def part(document: ReadableDocument, start: int, end: int, tokens: int) -> Packed:
    return Packed(document.document_id, start, end, tokens, "hit")


def covered(receipt: Receipt, scope: ResolvedScope) -> ScopeCoverage:
    return coverage_of(receipt, scope, {"doc_late": "late.pdf", "doc_bad": "bad.pdf"})


def test_documents_read_whole_prove_an_absence() -> None:
    found = covered(a_receipt("full", whole(A), whole(B)), a_scope(A, B))
    assert (found.complete, found.documents_read_whole, found.documents_read_in_part) == (True, 2, 0)
    assert (found.tokens, found.tokens_read) == (2_000, 2_000)
    assert found.statement == "Read whole: 2 documents, 2,000 tokens. It is nowhere in them."


def test_what_could_not_be_read_is_named_and_takes_the_proof_away() -> None:
    gap = replace(B, unread_pages=(2, 3))
    scope = a_scope(A, gap, not_ready=("doc_late",), failed=("doc_bad", "doc_gone"))
    found = covered(a_receipt("full", whole(A), whole(gap)), scope)
    assert (found.complete, found.documents, found.documents_read_whole) == (False, 5, 2)
    assert found.statement == (
        "Read whole: 2 documents, 2,000 tokens. Without readable text (2 pages): pages 2, 3 of “Agreement b”. "
        "Not ready yet (1): “late.pdf”. Failed (2): “bad.pdf”; “doc_gone”. "
        "It is in none of the text read; what could not be read is open."
    )


def test_passages_prove_nothing_of_the_rest() -> None:
    found = covered(a_receipt("retrieve", part(A, 0, 400, 100), part(A, 900, 1_000, 25)), a_scope(A, B))
    assert (found.complete, found.documents_read_whole, found.documents_read_in_part) == (False, 0, 1)
    assert [(each.title, each.tokens_read, each.tokens) for each in found.read_in_part] == [
        ("Agreement a", 125, 1_000),
        ("Agreement b", 0, 1_000),
    ]
    assert found.statement == (
        "Read: 125 of 2,000 tokens (passages of 1 document). Searched but not read whole (2): "
        "“Agreement b” (0 of 1,000 tokens read); “Agreement a” (125 of 1,000 tokens read). "
        "It is not in the passages read; what no passage shows may still be there."
    )


def test_a_document_that_passages_cover_whole_was_read_whole() -> None:
    found = covered(a_receipt("retrieve", whole(A), part(B, 0, 400, 100)), a_scope(A, B))
    assert (found.documents_read_whole, found.documents_read_in_part) == (1, 1)
    assert "1,100 of 2,000 tokens (1 document whole and passages of 1 document)" in found.statement


@pytest.mark.parametrize(("between", "whole"), [(" \n\n ", True), (" §. ", False)])
def test_passages_that_leave_out_only_blanks_are_the_whole_document(between: str, whole: bool) -> None:
    text = "x" * 1_990 + between + "y" * (2_010 - len(between))
    receipt = a_receipt("retrieve", part(A, 0, 1_990, 500), part(A, 1_990 + len(between), 4_000, 500))
    assert nearly_whole(receipt, a_scope(A, B)) == [A]
    assert coverage_of(receipt, a_scope(A), {}, {"doc_a": text}).complete is whole


@pytest.mark.parametrize(("why", "complete"), [("call_failed", False), ("reply_cut", False), ("budget", True)])
def test_in_windows_only_what_was_asked_counts_and_quotes_without_room_do_not(why: str, complete: bool) -> None:
    dropped = (Dropped("doc_a", 2_000, 4_000, 500, why),)
    receipt = a_receipt("map_reduce", part(A, 0, 1_990, 500), part(A, 2_000, 4_000, 500), dropped=dropped)
    assert covered(receipt, a_scope(A)).complete is complete


def test_documents_left_aside_because_the_question_names_others_are_said_to_be_unread() -> None:
    receipt = replace(a_receipt("full", whole(A)), routed_to=(Route("doc_a", "title"),))
    found = covered(receipt, a_scope(A, B, C))
    assert (found.complete, found.tokens_read, found.tokens) == (False, 1_000, 3_000)
    assert found.statement == (
        "Read: 1,000 of 3,000 tokens (1 document whole). Not read, because the question names others (2): "
        "“Agreement b”; “Agreement c”. It is in none of the text read; what was not read is open."
    )


def test_documents_without_text_were_read_by_nobody() -> None:
    empty = replace(C, chars=0, tokens=0, unread_pages=(1,))
    found = covered(a_receipt("full", Packed("doc_c", 0, 0, 0)), a_scope(empty))
    assert (found.complete, found.documents_read_whole) == (False, 0)
    assert found.statement.startswith("Nothing was read. Without readable text (1): “Agreement c”.")
    assert found.statement.endswith("So everything is open.")


def test_an_empty_scope_proves_nothing() -> None:
    found = covered(a_receipt("full"), a_scope())
    assert (found.complete, found.statement) == (False, "Nothing was read. The scope holds no documents.")


def test_long_lists_end_but_the_numbers_count_everything() -> None:
    many = [a_document(f"n{n}", tokens=10, chars=40) for n in range(1_000)]
    found = covered(a_receipt("retrieve", part(many[0], 0, 20, 5)), a_scope(*many))
    assert (found.documents, found.tokens, found.tokens_read) == (1_000, 10_000, 5)
    assert len(found.read_in_part) == LISTED_AT_MOST
    assert found.read_in_part[0].tokens_read == 5
    assert "and 995 more." in found.statement
    assert len(found.statement) < 700
