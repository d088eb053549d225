"""A question that needs whole documents is kept to those that it names, and only where nothing in it reaches beyond them."""

from __future__ import annotations

import pytest

from analysis.context.narrowing import MOST, kept_to
from analysis.retrieval.naming import named, namesakes
from analysis.retrieval.search import Naming
from proviso.types.search import DocumentHit
from tests.unit.analysis.builders import a_called

VISIUM = a_called("v", "party:visium", "title:distributor agreement", "file:visiumdistributorpdf")
BOLT = a_called("b", "party:bolt", "title:supply agreement")
CISCO = [a_called("c1", "party:cisco systems", "short:cisco"), a_called("c2", "word:cisco")]
SHELF = (VISIUM, BOLT)


def meant(question: str, *hits: DocumentHit, kind: str = "absence") -> set[str]:
    found = named(question, hits or SHELF)
    kept = kept_to(question, kind, Naming(tuple(found), tuple(namesakes(question, hits or SHELF, found))))
    return {each.document_id for each in kept}


@pytest.mark.parametrize(
    "question",
    [
        "Does the Visium distributor agreement include a liability cap?",
        "Does the Visium agreement mention audits?",
        "Is there a non-compete in the agreement with Visium?",
        "Does Visium's contract lack a cap on liability?",
        "Summarise the Distributor Agreement between Visium and Acme.",
        "List all obligations under the Visium agreement.",
        "Is there any cap in VisiumDistributor.pdf?",
        "I would like a summary of the Visium agreement.",
    ],
)
def test_a_question_about_a_document_it_names_is_kept_to_it(question: str) -> None:
    assert meant(question) == {"doc_v"}


@pytest.mark.parametrize(
    "question",
    [
        "Which of these agreements lack a cap like the one with Visium?",
        "Is there any agreement with Visium?",
        "Do all contracts with Visium include a cap?",
        "Does every Visium contract include a cap?",
        "Does the Visium agreement include a cap, and do others?",
        "Is there a clause like the one in the Visium agreement?",
        "Does anyone besides the Visium agreement have a cap?",
        "Which supplier has terms as in the Visium agreement?",
        "Is there a cap other than in the Visium agreement?",
        "How many contracts do we have with Visium?",
        "Does the Visium agreement differ across the collection?",
    ],
)
def test_a_question_that_reaches_beyond_the_document_it_names_is_not(question: str) -> None:
    assert meant(question) == set()


@pytest.mark.parametrize("question", ["Is there any mention of Visium?", "Tell me everything about Visium."])
def test_a_question_about_a_party_is_not_one_about_its_document(question: str) -> None:
    assert meant(question) == set()


def test_a_title_alone_is_not_sure_and_beside_a_party_it_is() -> None:
    assert meant("Does the Supply Agreement include a cap?") == set()
    assert meant("Does the Supply Agreement with Bolt include a cap?") == {"doc_b"}


def test_nothing_named_keeps_to_nothing() -> None:
    assert meant("Is there a cap on liability in the agreement?") == set()


def test_documents_that_the_same_name_may_mean_are_read_too_unless_they_are_many() -> None:
    question = "Does the Cisco agreement include a cap?"
    assert meant(question, *CISCO) == {"doc_c1", "doc_c2"}
    many = [a_called(f"m{n}", "word:cisco", near=0.0) for n in range(MOST)]
    assert meant(question, CISCO[0], *many) == set()


def test_a_file_name_means_its_file_alone() -> None:
    others = [a_called(f"o{n}", "word:visium") for n in range(3)]
    assert meant('Is there a cap in "VisiumDistributor.pdf"?', VISIUM, *others) == {"doc_v"}


def test_a_comparison_needs_two_documents() -> None:
    assert meant("Compare the notice periods in the Visium agreement.", kind="comparison") == set()
    both = "Compare the Visium agreement with the Bolt agreement."
    assert meant(both, kind="comparison") == {"doc_v", "doc_b"}
