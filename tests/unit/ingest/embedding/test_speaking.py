"""The warning for a language that the embedder does not speak."""

from __future__ import annotations

import pytest

from ingest.embedding.local import LocalEmbedder
from ingest.embedding.speaking import language_warnings
from tests.contracts.embedders import a_server


def test_the_packaged_model_is_warned_of_for_other_languages_than_english(embedder: LocalEmbedder) -> None:
    (warning,) = language_warnings(embedder, "de")
    assert (warning.code, warning.pages) == ("language_not_embedded", ())
    assert "'de'" in warning.detail
    assert embedder.name in warning.detail
    assert "multilingual-e5-small or bge-m3" in warning.detail


@pytest.mark.parametrize("language", ["en", None])
def test_english_and_an_unknown_language_need_no_warning(embedder: LocalEmbedder, language: str | None) -> None:
    assert language_warnings(embedder, language) == ()


@pytest.mark.parametrize(("model", "warned"), [("bge-m3", False), ("acme-embed", False), ("nomic-embed-text", True)])
async def test_a_model_of_many_or_unknown_languages_is_not_warned_of(model: str, warned: bool) -> None:
    async with a_server(model) as embedder:
        assert bool(language_warnings(embedder, "fr")) is warned
