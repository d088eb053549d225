"""What every Embedder keeps to. What can go wrong between us and a server is in `tests/unit/ingest/embedding/test_remote.py`."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ingest.embedding.wordpiece import TextTooLong
from proviso.ports import Embedder
from tests.contracts.embedders import EMBEDDERS

TEXTS = [
    "Either party may terminate this Agreement on thirty days' notice.",
    "Fees are due in thirty days.",
    "§ 12.3(b) — „Force Majeure“ x",
    "The laws of the State of Ohio apply.",
]


@pytest.fixture(params=EMBEDDERS)
async def embedder(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Embedder]:
    async with EMBEDDERS[request.param](tmp_path) as opened:
        yield opened


async def test_every_vector_has_unit_length_and_the_stated_dimensions(embedder: Embedder) -> None:
    vectors = [*await embedder.embed(TEXTS), await embedder.embed_query("notice of termination")]
    assert {len(vector) for vector in vectors} == {embedder.dimensions}
    assert [math.hypot(*vector) for vector in vectors] == pytest.approx([1] * 5, abs=1e-5)


async def test_a_text_has_the_same_vector_alone_and_in_company(embedder: Embedder) -> None:
    many = [f"{text} {'again ' * (number % 9)}" for number, text in enumerate(TEXTS * 20)]
    together = await embedder.embed(many)
    alone = [(await embedder.embed([text]))[0] for text in many[:12]]
    for vector, other in zip(together, alone, strict=False):
        assert list(vector) == pytest.approx(list(other), abs=1e-5)
    assert list(together[40]) != pytest.approx(list(together[41]), abs=1e-3)


async def test_nothing_to_embed_gives_nothing(embedder: Embedder) -> None:
    assert await embedder.embed([]) == []


async def test_a_text_at_the_limit_is_taken_and_one_beyond_it_refused(embedder: Embedder) -> None:
    words = next(n for n in range(1, 10_000) if embedder.count_tokens("term " * (n + 1)) > embedder.max_tokens)
    fitting = "term " * words
    assert embedder.count_tokens(fitting) <= embedder.max_tokens
    assert len(await embedder.embed([fitting])) == 1
    with pytest.raises(
        TextTooLong, match=rf"Text 1 has \d+ tokens; the embedder takes at most {embedder.max_tokens}\."
    ):
        await embedder.embed([fitting, fitting + "term"])


async def test_a_long_question_is_embedded_by_its_beginning(embedder: Embedder) -> None:
    beginning = "either party may terminate " * 400
    kept = list(await embedder.embed_query(beginning))
    assert list(await embedder.embed_query(beginning + "zebra " * 50)) == pytest.approx(kept)
    assert list(await embedder.embed_query("zebra " * 400)) != pytest.approx(kept, abs=1e-3)


async def test_a_question_with_a_lone_surrogate_is_still_embedded(embedder: Embedder) -> None:
    assert math.hypot(*await embedder.embed_query("notice \ud83d term")) == pytest.approx(1, abs=1e-5)


async def test_the_name_says_the_dimensions_and_is_the_same_the_next_time(
    request: pytest.FixtureRequest, embedder: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    async with EMBEDDERS[request.node.callspec.params["embedder"]](tmp_path / "again") as again:
        assert (again.name, again.max_tokens) == (embedder.name, embedder.max_tokens)


async def test_languages_are_codes_or_not_stated(embedder: Embedder) -> None:
    assert embedder.languages is None or all(len(code) == 2 and code.islower() for code in embedder.languages)
