"""The setting that names the embedder."""

from __future__ import annotations

import importlib.util

import pytest

from ingest.embedding.choose import open_embedder
from ingest.embedding.llamaindex import FromLlamaIndex
from ingest.embedding.local import LocalEmbedder
from ingest.embedding.remote import RemoteEmbedder
from proviso.errors import EmbedderUnavailable
from tests.instruments.embeddings import EmbeddingServer
from tests.instruments.letter_embedding import LetterEmbedding

LETTERS = "tests.instruments.letter_embedding:LetterEmbedding"


async def test_local_is_the_packaged_model() -> None:
    opened = await open_embedder("local", threads=1)
    assert isinstance(opened, LocalEmbedder)
    assert (opened.name, opened.dimensions, opened.max_tokens) == ("minilm-l6-v2-int8/2", 384, 256)


@pytest.mark.parametrize("model", ["letters", "letters:latest", "BAAI/bge-m3", "acme/embed@2"])
async def test_an_openai_name_holds_the_model_and_the_server(server: EmbeddingServer, model: str) -> None:
    opened = await open_embedder(f"openai:{model}@{server.base_url}", api_key="sesame")

    assert isinstance(opened, RemoteEmbedder)
    assert (opened.name, server.requests[0]["model"]) == (f"{model}/26", model)
    assert server.keys == ["Bearer sesame"]
    await opened.close()


async def test_a_llamaindex_name_holds_module_class_and_arguments() -> None:
    opened = await open_embedder(
        f"llamaindex:{LETTERS}?model_name=let%2Fters&embed_batch_size=3&text_instruction=T%3A", api_key="sesame"
    )

    assert isinstance(opened, FromLlamaIndex)
    model = opened._model
    assert isinstance(model, LetterEmbedding)
    assert (model.model_name, model.embed_batch_size, model.text_instruction) == ("let/ters", 3, "T:")
    assert model.api_key == "sesame"


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("llama_index.embeddings.nowhere:Class", "cannot be imported: .*pip install llama-index-embeddings-nowhere"),
        ("tests.instruments.letter_embedding:Numbers", "has no LlamaIndex embedding model Numbers"),
        ("tests.instruments.embeddings:EmbeddingServer", "has no LlamaIndex embedding model EmbeddingServer"),
        (f"{LETTERS}?embed_batch_size=none&api_key=sesame", r"\(embed_batch_size, api_key\): embed_batch_size: Input"),
        (f"{LETTERS}?fails_at=dim", "failed: RuntimeError: Already borrowed"),
    ],
)
async def test_a_llamaindex_model_that_cannot_be_opened_is_a_sentence_without_values(place: str, sentence: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=sentence) as caught:
        await open_embedder(f"llamaindex:{place}")
    assert "sesame" not in caught.value.detail


@pytest.mark.skipif(importlib.util.find_spec("fastembed") is not None, reason="fastembed is installed")
async def test_without_fastembed_its_models_are_refused_with_what_to_install() -> None:
    with pytest.raises(
        EmbedderUnavailable, match=r"needs fastembed, which is not installed: pip install 'proviso\[fast"
    ):
        await open_embedder("fastembed:BAAI/bge-small-en-v1.5")


@pytest.mark.parametrize(
    "name",
    [
        *("", "locl", "Local", "local:", "openai:", "openai:letters", "openai:@http://127.0.0.1/v1", "openai:m@h"),
        *("openai:m@ftp://h/v1", "fastembed:", "fastembed", "llamaindex:", "llamaindex:Class", "llamaindex:a..b:C"),
        *("llamaindex:a.b:C d", "llamaindex:?model=a:B", "ollama:bge-m3"),
    ],
)
async def test_a_name_that_means_nothing_is_a_sentence_with_every_form(name: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"is not known\. Use 'local'") as caught:
        await open_embedder(name)
    for form in ("'fastembed:<model>'", "'openai:<model>@<base URL>'", "'llamaindex:<module>:<Class>?"):
        assert form in caught.value.detail
