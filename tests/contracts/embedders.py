"""Every embedder of the product, opened over what stands for its engine: the packaged model, a server, a LlamaIndex model, fastembed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from ingest.embedding.choose import open_embedder
from proviso.ports import Embedder
from tests.instruments import tiny_model
from tests.instruments.embeddings import EmbeddingServer

LLAMA_INDEX = "llamaindex:tests.instruments.letter_embedding:LetterEmbedding?model_name=letters"


@asynccontextmanager
async def a_server(model: str) -> AsyncIterator[Embedder]:
    with EmbeddingServer() as server:
        embedder = await open_embedder(f"openai:{model}@{server.base_url}")
        yield embedder
        await embedder.close()  # type: ignore[attr-defined]


@asynccontextmanager
async def _opened(opening: Awaitable[Embedder]) -> AsyncIterator[Embedder]:
    yield await opening


def fastembed_model(cache: Path) -> str:
    """The setting that names the tiny model, put into `cache`; skips where fastembed is not installed."""
    fastembed = pytest.importorskip("fastembed", reason="the extra proviso[fastembed] is not installed")
    from fastembed.common.model_description import ModelSource, PoolingType

    known = fastembed.TextEmbedding
    if tiny_model.NAME not in {each["model"] for each in known.list_supported_models()}:
        known.add_custom_model(
            tiny_model.NAME,
            pooling=PoolingType.MEAN,
            normalization=False,
            sources=ModelSource(hf=tiny_model.NAME),
            dim=tiny_model.DIMENSIONS,
            model_file="onnx/model.onnx",
        )
    tiny_model.put_into(cache)
    return f"fastembed:{tiny_model.NAME}"


EMBEDDERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Embedder]]] = {
    "packaged": lambda _: _opened(open_embedder("local")),
    "server": lambda _: a_server("letters"),
    "server with prefixes": lambda _: a_server("intfloat/multilingual-e5-small"),
    "llamaindex": lambda _: _opened(open_embedder(LLAMA_INDEX)),
    "llamaindex with instructions": lambda _: _opened(
        open_embedder(f"{LLAMA_INDEX}&query_instruction=ask:&text_instruction=text:")
    ),
    "fastembed": lambda cache: _opened(open_embedder(fastembed_model(cache), cache=cache)),
}
