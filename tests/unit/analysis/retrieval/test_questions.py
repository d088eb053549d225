"""Questions made ready over the real embedded index: what other documents, and the list of plain words, add to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from analysis.retrieval.questions import REMEMBERED, Questions, Ready
from analysis.retrieval.recipe import Recipe
from evals.retrieval.corpora import CARRIED
from ingest.embedding.local import LocalEmbedder
from proviso.types.search import IndexPoint
from records.index.bm25 import document_vector, query_vector, token_id
from records.index.client import EdgeIndex
from tests.unit.analysis.builders import a_document
from tests.unit.analysis.retrieval.doubles import ConstantEmbedder, CountingEmbedder, ListIndex, clause_points

STATES = "Delaware Nevada Ohio Texas Iowa Maine Utah Idaho Kansas Oregon Alaska Hawaii Vermont Indiana Wyoming Georgia"
PLACES = [f"{way} {state}" for way in ("northern", "southern") for state in STATES.split()]
TERMINATION = (
    "Either party may terminate this Agreement for convenience upon {n} days prior written notice to the office in {place}.",
    "Termination. The Supplier may terminate for convenience at any time by giving {n} days prior written notice.",
)
FRAMES = """The Length field is an unsigned 24-bit integer that gives the length of the frame payload in octets.
A server MUST NOT send a HEADERS frame on a stream that is in the closed state; the receiver treats it as a stream error.
The Stream Identifier is 31 bits long. Stream zero is reserved for frames that concern the connection as a whole."""
ENGLISH = frozenset({"en"})
WALK = "Can we walk away?"
BACK = "Do we have to hand everything back at the end?"
ALONE = "How long is the nonce of the handshake record in octets?"


def clauses(n: int) -> list[str]:
    """Of document `n`: each contract says the same in words that differ a little; the first has a clause of its own."""
    place = PLACES[n]
    own = ["The nonce of the handshake record is twelve octets long and is sent in clear."] if n == 0 else []
    return [
        TERMINATION[n % 2].format(n=30 + n, place=place),
        f"This Agreement is governed by the laws of {place}.",
        f"Fees are invoiced monthly and paid within {n + 10} days of the invoice in {place}.",
        *own,
    ]


@pytest.fixture(scope="module")
def embedded() -> list[list[IndexPoint]]:
    embedder = LocalEmbedder()
    return [clause_points(a_document(f"{n:02}"), clauses(n), embedder) for n in range(20)]


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[EdgeIndex]:
    index = await EdgeIndex.open(tmp_path / "index", 384, "local")
    yield index
    await index.close()


@pytest.fixture
async def index(bare: EdgeIndex, embedded: list[list[IndexPoint]]) -> EdgeIndex:
    """With all twenty documents."""
    for points in embedded:
        await bare.upsert(points)
    return bare


@pytest.fixture
async def lonely(bare: EdgeIndex) -> EdgeIndex:
    """With one non-disclosure agreement."""
    nda = CARRIED / "contractnli" / "txt" / "Basic-Non-Disclosure-Agreement.txt"
    lines = [line for line in nda.read_text(encoding="utf-8").splitlines() if line.strip()]
    await bare.upsert(clause_points(a_document("nda"), lines, LocalEmbedder()))
    return bare


async def made(index: EdgeIndex, text: str, recipe: Recipe, *, documents: int = 1) -> Ready:
    return await Questions(index, CountingEmbedder(), recipe).ready("local", text, ENGLISH, documents=documents)


UNAIDED = Recipe(feedback=None, plain=None)
LEARNING = Recipe(plain=None, reference=None)
REFERRING = Recipe(plain=None)
TRANSLATING = Recipe(feedback=None)


async def test_a_question_learns_the_words_that_other_documents_have_for_it(
    index: EdgeIndex, embedded: list[list[IndexPoint]]
) -> None:
    plain, learnt = await made(index, WALK, UNAIDED), await made(index, WALK, LEARNING)
    assert token_id("terminate") not in plain.asked.words.tokens
    assert {token_id("terminate"), token_id("convenience")} <= set(learnt.asked.words.tokens)
    added = set(learnt.asked.words.tokens) - set(plain.asked.words.tokens)
    said = {token for points in embedded for point in points for token in document_vector(point.text).tokens}
    assert added <= said
    assert sum(learnt.asked.words.weights) == pytest.approx(5.0, rel=1e-3)
    assert learnt.coverage == plain.coverage
    assert learnt == await made(index, WALK, LEARNING)


async def test_asked_of_many_documents_at_once_it_learns_nothing(index: EdgeIndex) -> None:
    assert await made(index, WALK, LEARNING, documents=4) == await made(index, WALK, UNAIDED)


async def test_a_question_that_one_document_answers_learns_nothing(index: EdgeIndex) -> None:
    assert await made(index, ALONE, LEARNING) == await made(index, ALONE, UNAIDED)


async def test_fourteen_documents_are_too_few_to_learn_from(bare: EdgeIndex, embedded: list[list[IndexPoint]]) -> None:
    for points in embedded[:14]:
        await bare.upsert(points)
    assert await made(bare, WALK, LEARNING) == await made(bare, WALK, UNAIDED)


async def test_a_workspace_of_one_nda_learns_from_the_shipped_ones(lonely: EdgeIndex) -> None:
    plain, learnt = await made(lonely, BACK, LEARNING), await made(lonely, BACK, REFERRING)
    assert plain == await made(lonely, BACK, UNAIDED)
    assert {token_id("return"), token_id("destroy")} <= set(learnt.asked.words.tokens) - set(plain.asked.words.tokens)
    assert learnt.asked.dense != plain.asked.dense
    assert learnt.coverage > plain.coverage
    assert await made(lonely, BACK, REFERRING, documents=4) == plain


async def test_questions_in_other_languages_learn_nothing_from_the_shipped_library(lonely: EdgeIndex) -> None:
    for languages in (frozenset({"de"}), frozenset({"en", "fr"})):
        asked = [
            await Questions(lonely, CountingEmbedder(), recipe).ready("local", BACK, languages, documents=2)
            for recipe in (LEARNING, REFERRING)
        ]
        assert asked[0] == asked[1]


async def test_what_the_workspace_covers_better_is_not_asked_of_the_shipped_library(lonely: EdgeIndex) -> None:
    await lonely.upsert(clause_points(a_document("record"), clauses(0)[3:], LocalEmbedder()))
    assert await made(lonely, ALONE, REFERRING) == await made(lonely, ALONE, UNAIDED)


async def test_a_workspace_that_does_not_speak_as_contracts_do_learns_nothing_from_them(bare: EdgeIndex) -> None:
    await bare.upsert(clause_points(a_document("frames"), FRAMES.splitlines(), LocalEmbedder()))
    assert await made(bare, BACK, REFERRING) == await made(bare, BACK, UNAIDED)


async def test_with_another_embedder_only_the_words_of_the_shipped_passages_are_learnt(lonely: EdgeIndex) -> None:
    other = CountingEmbedder()
    other.name = "another"
    asked = "Must confidential information be returned or destroyed?"
    learnt = await Questions(lonely, other, REFERRING).ready("local", asked, ENGLISH, documents=1)
    plain = await made(lonely, asked, UNAIDED)
    assert set(plain.asked.words.tokens) < set(learnt.asked.words.tokens)
    assert learnt.asked.dense == plain.asked.dense


async def test_a_workspace_with_enough_to_say_is_not_told_by_the_shipped_library(index: EdgeIndex) -> None:
    assert await made(index, WALK, REFERRING) == await made(index, WALK, LEARNING)


async def test_a_question_is_kept_apart_with_the_shipped_library_and_without(lonely: EdgeIndex) -> None:
    questions = Questions(lonely, CountingEmbedder(), REFERRING)
    one = await questions.ready("local", BACK, ENGLISH, documents=1)
    many = await questions.ready("local", BACK, ENGLISH, documents=4)
    assert one.asked.words != many.asked.words
    assert await questions.ready("local", BACK, ENGLISH, documents=2) is one
    assert await questions.ready("local", BACK, ENGLISH, documents=5) is many


async def test_coverage_is_high_for_words_of_the_documents_and_nothing_for_words_that_none_has(
    index: EdgeIndex,
) -> None:
    covered = (await made(index, "terminate for convenience upon prior written notice", UNAIDED)).coverage
    assert UNAIDED.fusion.uncovered < covered <= 1.0
    assert (await made(index, "zebra quagga", UNAIDED)).coverage == 0.0
    assert (await made(index, "the of and", UNAIDED)).coverage == 0.0


async def test_plain_words_are_translated_only_where_they_are_not_found(index: EdgeIndex) -> None:
    own = set(query_vector(WALK).tokens)
    assert set((await made(index, WALK, TRANSLATING)).asked.words.tokens) > own
    await index.upsert(
        clause_points(a_document("walk"), ["Walk away. You may walk away, and we may walk away."], LocalEmbedder())
    )
    found = await made(index, WALK, TRANSLATING)
    assert found.coverage > TRANSLATING.fusion.covered
    assert set(found.asked.words.tokens) == own


async def test_a_question_is_made_ready_once_for_each_workspace_text_and_language() -> None:
    embedder = CountingEmbedder()
    questions = Questions(ListIndex([]), embedder, UNAIDED)
    for workspace, text, languages in (("a", "law", ENGLISH), ("a", "law", ENGLISH), ("b", "law", ENGLISH)):
        await questions.ready(workspace, text, languages, documents=1)
    await questions.ready("a", "law", frozenset({"de"}), documents=1)
    await questions.ready("a", "cap", ENGLISH, documents=1)
    assert embedder.questions == ["law", "law", "law", "cap"]


async def test_the_question_that_was_asked_longest_ago_is_forgotten_first() -> None:
    embedder = CountingEmbedder(ConstantEmbedder())
    questions = Questions(ListIndex([]), embedder, UNAIDED)
    for text in ("first", "second", *("x" * n for n in range(1, REMEMBERED - 1)), "first", "one more"):
        await questions.ready("a", text, ENGLISH, documents=4)
    asked = len(embedder.questions)
    await questions.ready("a", "first", ENGLISH, documents=4)
    assert len(embedder.questions) == asked
    await questions.ready("a", "second", ENGLISH, documents=4)
    assert len(embedder.questions) == asked + 1
