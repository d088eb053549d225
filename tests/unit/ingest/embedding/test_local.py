"""The packaged embedder: integrity, vectors, limits, company."""

from __future__ import annotations

import asyncio
import json
import math
import random
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.embedding.local import LocalEmbedder
from ingest.embedding.wordpiece import PACKAGED, SHA256, TextTooLong
from proviso.errors import EmbedderUnavailable

PUBLISHED = Path(__file__).with_name("published.json")
"""Texts and their vectors by the published all-MiniLM-L6-v2 in float32."""

CONVENIENCE = (
    "Customer may terminate this Agreement, in whole or in part, at any time and for any reason or no reason, "
    "upon sixty (60) days' prior written notice to Supplier, without liability other than for services rendered."
)
ROYALTY = (
    "Licensee shall pay to Licensor a royalty of five percent (5%) of Net Sales of the Licensed Products, "
    "payable within thirty (30) days after the end of each calendar quarter."
)
LAW = (
    "This Agreement shall be governed by and construed in accordance with the laws of the State of Delaware, "
    "without regard to its conflict of laws principles."
)
INSURANCE = (
    "Each party shall maintain commercial general liability insurance with limits of not less than $2,000,000 "
    "per occurrence and shall furnish certificates of insurance on request."
)
CLAUSES = [CONVENIENCE, ROYALTY, LAW, INSURANCE]


def cosine(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_changed_file_is_refused_with_a_sentence_that_names_it(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(PACKAGED, tmp_path / "minilm")
    with (folder / name).open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))

    with pytest.raises(
        EmbedderUnavailable, match=rf"{name} is not the file that was packaged: its SHA-256 is .* again"
    ):
        LocalEmbedder(folder=folder)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"cannot be read: .*tokenizer\.json.*Install Proviso again\."):
        LocalEmbedder(folder=tmp_path)


def test_the_model_card_states_the_hashes_that_are_checked() -> None:
    card = (PACKAGED / "MODEL.md").read_text(encoding="utf-8")
    assert all(digest in card for digest in SHA256.values())
    assert "Apache License" in (PACKAGED / "LICENSE").read_text(encoding="utf-8")


async def test_every_vector_has_unit_length_and_the_stated_dimensions(embedder: LocalEmbedder) -> None:
    vectors = await embedder.embed([*CLAUSES, "", "x", "§ 12.3(b) — „Force Majeure“ 不可抗力 \U0001f4c4"])

    assert {len(vector) for vector in vectors} == {embedder.dimensions} == {384}
    assert all(math.hypot(*vector) == pytest.approx(1, abs=1e-5) for vector in vectors)


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("termination for convenience", CONVENIENCE),
        ("Which percentage does the licensee owe on sales?", ROYALTY),
        ("Which state's law applies?", LAW),
        ("What cover must the parties carry?", INSURANCE),
    ],
)
async def test_a_question_lies_nearest_to_the_clause_that_answers_it(
    embedder: LocalEmbedder, question: str, clause: str
) -> None:
    asked = await embedder.embed_query(question)
    scores = [cosine(asked, vector) for vector in await embedder.embed(CLAUSES)]

    best = max(scores)
    assert CLAUSES[scores.index(best)] == clause
    assert best - sorted(scores)[-2] > 0.05


async def test_company_does_not_move_a_vector_by_a_bit(embedder: LocalEmbedder) -> None:
    together = await embedder.embed([*CLAUSES, *(clause[:80] for clause in CLAUSES), "7", "TERMINATION"])
    alone = [(await embedder.embed([clause]))[0] for clause in CLAUSES]

    assert alone == together[: len(CLAUSES)]


async def test_a_question_and_a_chunk_of_the_same_words_have_the_same_vector(embedder: LocalEmbedder) -> None:
    assert await embedder.embed_query(LAW) == (await embedder.embed([LAW]))[0] == embedder.embed_now([LAW])[0]


def test_the_number_of_threads_does_not_move_a_vector(embedder: LocalEmbedder) -> None:
    assert LocalEmbedder(threads=1).embed_now(CLAUSES) == LocalEmbedder(threads=5).embed_now(CLAUSES)


async def test_the_same_call_gives_the_same_vectors(embedder: LocalEmbedder) -> None:
    assert await embedder.embed(CLAUSES) == await embedder.embed(CLAUSES)


async def test_vectors_come_in_the_order_of_the_texts_whatever_their_lengths(embedder: LocalEmbedder) -> None:
    words = ["party", "notice", "term", "fee", "audit", "law", "tax", "breach", "cure", "lease", "bond", "order"]
    dice = random.Random(7)
    texts = [" ".join(dice.choices(words, k=dice.randint(1, 150))) for _ in range(60)]

    vectors = await embedder.embed(texts)

    assert vectors == [(await embedder.embed([text]))[0] for text in texts]


async def test_nothing_to_embed_gives_nothing(embedder: LocalEmbedder) -> None:
    assert await embedder.embed([]) == []


async def test_a_text_at_the_limit_is_taken_and_one_token_more_is_refused(embedder: LocalEmbedder) -> None:
    fitting, too_long = "term " * 254, "term " * 255
    assert (embedder.count_tokens(fitting), embedder.count_tokens(too_long)) == (256, 257)

    assert len(await embedder.embed([fitting])) == 1
    with pytest.raises(TextTooLong, match=r"Text 1 has 257 tokens; the embedder takes at most 256\."):
        await embedder.embed([fitting, too_long])


def test_counts_include_the_special_tokens_and_are_never_cut(embedder: LocalEmbedder) -> None:
    assert embedder.count_tokens("") == 2
    assert embedder.count_tokens("indemnification") == len(["[CLS]", "ind", "##em", "##ni", "##fication", "[SEP]"])
    assert embedder.count_tokens("term " * 5000) == 5002


async def test_a_question_beyond_the_limit_is_embedded_by_its_beginning(embedder: LocalEmbedder) -> None:
    beginning = "either party may terminate " * 70
    assert embedder.count_tokens(beginning) > embedder.max_tokens

    kept = await embedder.embed_query(beginning)
    assert await embedder.embed_query(beginning + ROYALTY * 50) == kept
    assert await embedder.embed_query(ROYALTY * 50) != kept


async def test_a_question_with_a_lone_surrogate_is_still_embedded(embedder: LocalEmbedder) -> None:
    assert math.hypot(*await embedder.embed_query("termination \ud83d notice")) == pytest.approx(1, abs=1e-5)


async def test_the_event_loop_runs_while_texts_are_embedded(embedder: LocalEmbedder) -> None:
    embedding = asyncio.create_task(embedder.embed([CONVENIENCE] * 60))
    turns = 0
    while not embedding.done():
        turns += 1
        await asyncio.sleep(0.001)

    assert turns > 10


async def test_a_cancelled_embedding_stops_soon_and_leaves_nothing_to_do(embedder: LocalEmbedder) -> None:
    embedding = asyncio.create_task(embedder.embed([CONVENIENCE] * 2000))
    await asyncio.sleep(0.2)
    embedding.cancel()

    async with asyncio.timeout(2):
        with pytest.raises(asyncio.CancelledError):
            await embedding
        assert (
            len(await embedder.embed([CONVENIENCE])) == 1
        )  # which would wait for the rest, if it were still worked on


def test_threads_may_share_one_embedder(embedder: LocalEmbedder) -> None:
    expected = embedder.embed_now(CLAUSES)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(embedder.embed_now, [CLAUSES] * 24))


@pytest.mark.parametrize(
    "published", json.loads(PUBLISHED.read_text(encoding="utf-8")), ids=lambda row: row["text"][:20]
)
def test_vectors_lie_where_the_published_float32_model_puts_them(
    embedder: LocalEmbedder, published: dict[str, Any]
) -> None:
    """On every processor: one that overflowed on bytes would be at 0.97 or less."""
    (found,) = embedder.embed_now([published["text"]])
    assert cosine(found, published["vector"]) / math.hypot(*published["vector"]) > 0.985
