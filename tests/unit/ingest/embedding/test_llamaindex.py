"""Both ways between our embedders and LlamaIndex."""

from __future__ import annotations

import asyncio
import math

import pytest
from llama_index.core.schema import TextNode

from ingest.embedding.llamaindex import FromLlamaIndex, LlamaIndexEmbedding
from ingest.embedding.local import LocalEmbedder
from ingest.embedding.wordpiece import TextTooLong
from proviso.errors import EmbedderUnavailable
from tests.instruments.letter_embedding import LetterEmbedding

TEXTS = ["Either party may terminate on notice.", "Fees are due in thirty days.", "The law of Ohio applies."]


async def test_llamaindex_gets_the_vectors_that_we_get(embedder: LocalEmbedder) -> None:
    lent = LlamaIndexEmbedding(embedder)
    expected = [list(vector) for vector in await embedder.embed(TEXTS)]

    assert lent.get_text_embedding_batch(TEXTS) == expected
    assert await lent.aget_text_embedding_batch(TEXTS) == expected
    alone = embedder.embed_now(TEXTS[:1])[0]
    assert lent.get_text_embedding(TEXTS[0]) == await lent.aget_text_embedding(TEXTS[0]) == alone
    asked = list(await embedder.embed_query("notice"))
    assert lent.get_query_embedding("notice") == await lent.aget_query_embedding("notice") == asked


def test_nodes_that_pass_through_carry_their_vectors(embedder: LocalEmbedder) -> None:
    nodes = LlamaIndexEmbedding(embedder)([TextNode(text=text) for text in TEXTS])

    assert [len(node.embedding or ()) for node in nodes] == [384] * 3
    assert LlamaIndexEmbedding(embedder).to_payload()["model_name"] == embedder.name


def test_a_text_beyond_the_limit_is_refused_through_llamaindex_too(embedder: LocalEmbedder) -> None:
    with pytest.raises(TextTooLong):
        LlamaIndexEmbedding(embedder).get_text_embedding("term " * 300)


async def test_a_llamaindex_model_serves_as_our_embedder() -> None:
    adopted = await FromLlamaIndex.open(LetterEmbedding(model_name="letters"))

    assert (adopted.name, adopted.dimensions) == ("letters/26", 26)
    vectors = [*await adopted.embed(TEXTS), await adopted.embed_query("notice " * 4000)]
    assert [math.hypot(*vector) for vector in vectors] == pytest.approx([1] * 4)
    with pytest.raises(TextTooLong):
        await adopted.embed(["term " * 600])


async def test_a_llamaindex_model_without_a_name_is_called_by_its_class() -> None:
    assert (await FromLlamaIndex.open(LetterEmbedding())).name == f"{LetterEmbedding.class_name()}/26"


async def test_instructions_of_an_integration_are_part_of_the_name_and_of_the_limit() -> None:
    plain = await FromLlamaIndex.open(LetterEmbedding(model_name="letters"))
    asked = await FromLlamaIndex.open(LetterEmbedding(model_name="letters", text_instruction="text: "))

    assert asked.name.startswith("letters/26+")
    assert asked.max_tokens == plain.max_tokens - plain.count_tokens("text: ")


async def test_a_model_that_proviso_knows_by_name_gets_its_limit_and_languages_but_no_second_prefix() -> None:
    adopted = await FromLlamaIndex.open(LetterEmbedding(model_name="BAAI/bge-small-en-v1.5"))

    assert (adopted.name, adopted.languages) == ("BAAI/bge-small-en-v1.5/26", frozenset({"en"}))
    assert list(await adopted.embed_query("zebra")) == list((await adopted.embed(["zebra"]))[0])


async def test_a_fault_of_a_strangers_model_is_one_that_may_pass() -> None:
    adopted = await FromLlamaIndex.open(LetterEmbedding(model_name="letters", fails_at="zebra"))
    with pytest.raises(EmbedderUnavailable, match="model letters failed: RuntimeError: Already borrowed"):
        await adopted.embed(["term", "zebra"])
    with pytest.raises(EmbedderUnavailable, match="Already borrowed"):
        await adopted.embed_query("zebra")


async def test_the_event_loop_runs_while_a_strangers_model_works_and_a_question_waits_for_one_batch() -> None:
    adopted = await FromLlamaIndex.open(LetterEmbedding(takes_s=0.02, embed_batch_size=2))
    embedding = asyncio.create_task(adopted.embed(["term"] * 80))
    await asyncio.sleep(0.05)
    await adopted.embed_query("term")
    assert not embedding.done()
    await embedding


async def test_a_llamaindex_model_that_changes_its_dimensions_is_refused() -> None:
    adopted = FromLlamaIndex(LetterEmbedding(drops_one=True), 26)
    with pytest.raises(EmbedderUnavailable, match="25 numbers instead of 26"):
        await adopted.embed(["abc"])
