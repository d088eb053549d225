"""fastembed's models, with a real fastembed and a tiny model of our own; skipped where the extra is not installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from ingest.embedding.choose import open_embedder
from ingest.embedding.wordpiece import packaged_file
from proviso.errors import EmbedderUnavailable
from proviso.ports import Embedder
from tests.contracts.embedders import fastembed_model
from tests.instruments import tiny_model


@pytest.fixture
async def tiny(tmp_path: Path) -> Embedder:
    return await open_embedder(fastembed_model(tmp_path), cache=tmp_path)


def expected(text: str) -> list[float]:
    """What the tiny model comes to: the mean of its table's rows, at unit length."""
    tokenizer = Tokenizer.from_file(str(packaged_file("tokenizer.json")))
    tokenizer.no_padding()
    mean = tiny_model.table()[tokenizer.encode(text).ids].mean(axis=0)
    return list(mean / np.linalg.norm(mean))


async def test_its_prefixes_stand_before_what_the_model_sees(tiny: Embedder) -> None:
    (passage,) = await tiny.embed(["Fees are due."])
    assert list(passage) == pytest.approx(expected("passage: Fees are due."), abs=1e-5)
    assert list(await tiny.embed_query("Fees are due.")) == pytest.approx(expected("query: Fees are due."), abs=1e-5)


async def test_the_limit_is_that_of_the_tokenizer_file_less_the_prefix(tiny: Embedder) -> None:
    assert tiny.max_tokens == tiny_model.MAX_TOKENS - tiny.count_tokens("passage: ")
    assert tiny.name.startswith(f"fastembed:{tiny_model.NAME}/16+")
    assert tiny.languages == frozenset({"en"})


async def test_files_that_are_not_there_are_a_sentence_with_the_command_that_fetches_them(tmp_path: Path) -> None:
    pytest.importorskip("fastembed")
    with pytest.raises(EmbedderUnavailable, match=r"downloads nothing by itself\. Fetch them once: python -c"):
        await open_embedder("fastembed:BAAI/bge-small-en-v1.5", cache=tmp_path)


async def test_a_damaged_model_is_a_sentence(tmp_path: Path) -> None:
    name = fastembed_model(tmp_path)
    tiny_model.damage(tmp_path)
    with pytest.raises(EmbedderUnavailable, match="not whole"):
        await open_embedder(name, cache=tmp_path)


async def test_a_name_that_fastembed_does_not_know_is_a_sentence_with_near_ones(tmp_path: Path) -> None:
    pytest.importorskip("fastembed")
    with pytest.raises(
        EmbedderUnavailable, match=r"has no text model 'bge-smal-en'\. Names like it: .*BAAI/bge-small-en"
    ):
        await open_embedder("fastembed:bge-smal-en", cache=tmp_path)
