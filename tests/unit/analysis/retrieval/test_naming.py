"""Which documents a question names, and which it does not."""

from __future__ import annotations

import pytest

from analysis.retrieval.matching import NamingWeights
from analysis.retrieval.naming import named
from tests.unit.analysis.builders import a_called

VERICEL = a_called(
    "v",
    "coined:vericel",
    "coined:mediwound",
    "file:vericelcorp201910q",
    "part:vericel",
    "party:vericel",
    "party:mediwound",
    "short:vericel",
    "title:supply agreement",
    near=3.0,
)
HERTZ = a_called(
    "h",
    "coined:hertz",
    "file:hertztransition",
    "title:transition services agreement",
    "party:hertz global holdings",
    near=2.0,
)
LIFE = a_called("n", "file:nyliacservice", "party:new york life", "word:alberta", "word:juniper", near=1.0)
SHELF = [VERICEL, HERTZ, LIFE]


def meant(question: str, *hits: object) -> list[tuple[str, str]]:
    return [(each.document_id, each.reason) for each in named(question, hits or SHELF)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "document", "reason"),
    [
        ("In our deal with Vericel, who pays for recalls?", "doc_v", "party"),
        ("What must MediWound pay?", "doc_v", "party"),
        ("Consider the Supply Agreement between Vericel and MediWound; Who pays?", "doc_v", "party"),
        ("What does New York Life owe?", "doc_n", "party"),
        ("Does nyliac-service.pdf renew?", "doc_n", "file_name"),
        ("does NYLIAC service.PDF renew?", "doc_n", "file_name"),
        ("Look into vericelcorp_2019_10-q: who pays?", "doc_v", "file_name"),
        ("Who pays under the Transition Services Agreement?", "doc_h", "title"),
        ("Which law governs the Hertz agreement?", "doc_h", "words"),
    ],
)
def test_a_question_that_names_a_party_a_file_or_a_title_means_that_document_and_says_why(
    question: str, document: str, reason: str
) -> None:
    assert meant(question) == [(document, reason)]


@pytest.mark.parametrize(
    "question",
    ["Who pays for recalls?", "", "?", "Is there a cap on liability", "new life for york", "What is a service.pdf?"],
)
def test_a_question_that_names_nothing_means_no_document(question: str) -> None:
    assert meant(question) == []


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("what is the law of the supply agreement?", []),
        ("what is the law of the Supply Agreement?", ["doc_v"]),
        ("is the juniper office closed?", []),
        ("is the juniper office in alberta closed?", ["doc_n"]),
        ("does new york life pay?", []),
        ("does new york life pay in alberta?", ["doc_n"]),
        ("what does vericel pay?", ["doc_v"]),
    ],
)
def test_in_small_letters_it_takes_a_coined_word_or_two_names(question: str, documents: list[str]) -> None:
    assert [document for document, _ in meant(question)] == documents


@pytest.mark.parametrize(("count", "routed"), [(1, 1), (3, 3), (4, 0)])
def test_a_name_that_fits_more_than_three_documents_means_none_of_them(count: int, routed: int) -> None:
    hits = [a_called(str(n), "party:vericel", "coined:vericel") for n in range(count)]
    assert len(meant("What does Vericel pay?", *hits)) == routed


def test_of_documents_with_the_same_name_the_one_with_more_of_the_names_is_meant() -> None:
    hits = [a_called(str(n), "party:vericel") for n in range(9)]
    other = a_called("other", "party:vericel", "party:juniper")
    assert meant("What does Vericel pay to Juniper?", *hits, other) == [("doc_other", "party")]


def test_among_equals_the_document_nearest_to_the_question_comes_first() -> None:
    far, near = a_called("a", "party:vericel", near=4.5), a_called("b", "party:vericel", near=5.0)
    found = named("Vericel?", [far, near])
    assert [each.document_id for each in found] == ["doc_b", "doc_a"]
    assert found[0].score == NamingWeights().party + NamingWeights().nearness


def test_the_words_that_name_are_told_by_their_places() -> None:
    (found,) = named("Between Vericel and MediWound: is Vericel free?", SHELF)
    assert found.words == {1, 3, 5}


def test_a_word_counts_once_for_the_strongest_of_the_names_it_is_part_of() -> None:
    hit = a_called("v", "party:vericel", "short:vericel", "coined:vericel", near=0.0)
    assert named("Vericel?", [hit])[0].score == NamingWeights().party


def test_a_name_inside_a_longer_word_is_none() -> None:
    assert meant("What of Vericelous and manyliacservices?") == []


def test_a_document_that_shares_a_name_by_chance_only_is_left_out_beside_one_that_is_plainly_meant() -> None:
    weak = a_called("weak", "word:alberta")
    assert meant("Does Vericel pay MediWound in Alberta?", VERICEL, weak) == [("doc_v", "party")]


@pytest.mark.parametrize(
    "question",
    [
        "Compare the Vericel and the Hertz agreements",
        "Is the cap with Vericel higher than the one with Hertz?",
        "Vericel vs Hertz Global Holdings: who pays?",
        "Is the Transition Services Agreement longer than the one with Vericel and MediWound?",
    ],
)
def test_two_documents_that_a_question_compares_are_both_meant_however_unlike_their_names(question: str) -> None:
    assert {document for document, _ in meant(question)} == {"doc_v", "doc_h"}


def test_three_documents_that_a_question_compares_are_all_meant() -> None:
    found = named("How do the Vericel, Hertz and New York Life contracts differ?", SHELF)
    assert {each.document_id for each in found} == {"doc_v", "doc_h", "doc_n"}
    assert len(frozenset[int]().union(*(each.words for each in found))) == sum(len(each.words) for each in found)


def test_a_question_means_every_document_that_it_names_by_words_of_its_own() -> None:
    assert meant("Does the deal of Vericel and MediWound bind Hertz?") == [("doc_v", "party"), ("doc_h", "words")]


@pytest.mark.parametrize(("question", "routed"), [('What does "terms.pdf" say?', 1), ("What do the terms say?", 0)])
def test_a_file_name_that_is_an_ordinary_word_is_meant_in_quotation_marks(question: str, routed: int) -> None:
    assert meant(question, a_called("t", "quoted:terms")) == [("doc_t", "file_name")] * routed
