"""Opens the reranker that the setting `RERANKER` names (floor 5): none, a server's, or a LlamaIndex postprocessor by name."""

from __future__ import annotations

import importlib
import json
from typing import Any, cast
from urllib.parse import parse_qsl

from proviso.errors import RerankUnavailable
from proviso.ports import Reranker
from proviso.settings import Settings

ENDPOINT = "endpoint:"
LLAMAINDEX = "llamaindex:"


def open_reranker(settings: Settings) -> Reranker | None:
    """None when none is set. Raises RerankUnavailable when the setting means nothing or names what cannot be loaded.

    A server is not asked here: search goes on without it whenever it is away. Libraries are loaded only for what is set (httpx for a
    server; LlamaIndex, 2 s and 90 MB, and whatever the class needs for a postprocessor).
    """
    name = settings.reranker
    if name in ("", "none"):
        return None
    if name.startswith(ENDPOINT):
        return _endpoint(name.removeprefix(ENDPOINT), settings)
    if name.startswith(LLAMAINDEX):
        return _llamaindex(name.removeprefix(LLAMAINDEX), settings)
    raise _unknown(name)


def _endpoint(place: str, settings: Settings) -> Reranker:
    # The last @ parts them: model names hold slashes, colons and, on some servers, an @ of their own.
    model, _, url = place.rpartition("@")
    if not (model and url.startswith(("http://", "https://"))):
        raise _unknown(settings.reranker)
    kind = importlib.import_module("analysis.rerank.endpoint").EndpointReranker
    key = settings.rerank_api_key.get_secret_value() if settings.rerank_api_key else None
    return cast(Reranker, kind(url, model, api_key=key, timeout_s=settings.rerank_timeout_s))


def _llamaindex(place: str, settings: Settings) -> Reranker:
    named, _, query = place.partition("?")
    module, _, kind_name = named.partition(":")
    if not (module and kind_name):
        raise _unknown(settings.reranker)
    options = {name: _value(text) for name, text in parse_qsl(query, keep_blank_values=True)}
    kind = importlib.import_module("api.llamaindex.rerank").LlamaIndexReranker
    opened = kind.open(module, kind_name, options, most=settings.rerank_candidates, timeout_s=settings.rerank_timeout_s)
    return cast(Reranker, opened)


def _value(text: str) -> Any:
    """`3`, `true` and `null` as JSON has them; anything else is a string."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _unknown(name: str) -> RerankUnavailable:
    return RerankUnavailable(
        f"The reranker {name!r} is not known. Use 'none', 'endpoint:<model>@<URL>' as in "
        "'endpoint:BAAI/bge-reranker-base@http://127.0.0.1:8080/rerank', or 'llamaindex:<module>:<Class>' as in "
        "'llamaindex:llama_index.core.postprocessor:SentenceTransformerRerank?model=…'."
    )
