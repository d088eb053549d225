"""The setting that names the embedder."""

from __future__ import annotations

import pytest

from ingest.embedding.choose import open_embedder
from ingest.embedding.local import LocalEmbedder
from ingest.embedding.remote import RemoteEmbedder
from proviso.errors import EmbedderUnavailable
from tests.unit.ingest.embedding.server import EmbeddingServer


async def test_local_is_the_packaged_model() -> None:
    opened = await open_embedder("local", threads=1)
    assert isinstance(opened, LocalEmbedder)
    assert (opened.name, opened.dimensions, opened.max_tokens) == ("minilm-l6-v2-int8/2", 384, 256)


@pytest.mark.parametrize("model", ["letters", "nomic-embed-text:latest", "BAAI/bge-m3", "acme/embed@2"])
async def test_an_openai_name_holds_the_model_and_the_server(server: EmbeddingServer, model: str) -> None:
    opened = await open_embedder(f"openai:{model}@{server.base_url}", api_key="sesame")

    assert isinstance(opened, RemoteEmbedder)
    assert (opened.name, server.requests[0]["model"]) == (f"{model}/26", model)
    await opened.close()


@pytest.mark.parametrize("name", ["", "locl", "openai:", "openai:letters", "openai:@http://127.0.0.1/v1", "openai:m@h"])
async def test_a_name_that_means_nothing_is_a_sentence_with_an_example(name: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"is not known\. Use 'local', or 'openai:<model>@<base URL>'"):
        await open_embedder(name)
