"""Our search as a LlamaIndex `BaseRetriever` (floor 5), over HTTP: scopes, routing and fusion are the service's own.

    retriever = ProvisoRetriever(Service("http://127.0.0.1:8000"), SearchScope(collection="leases"), limit=8, expand="clause")
    nodes = retriever.retrieve("Who pays for repairs?")

A node's text is exactly the document's canonical text from `start_char_idx` to `end_char_idx`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from typing_extensions import override

from api.llamaindex.service import Service

Expand = Literal["none", "clause"]

PLACE = ("document_id", "version", "title", "section", "heading", "page_start", "page_end", "start", "end")
SHOWN = frozenset({"title", "section", "heading", "page_start"})
"""What a model reads beside the words, so that it can say where they stand."""


@dataclass(frozen=True, slots=True)
class SearchScope:
    """What is searched: a collection, the whole workspace (`collection` None), or named documents; and of those, what fits the filter
    (`{"metadata.vendor": "ACME"}`, `{"metadata.year": {"gte": 2020}}`, `{"metadata.kind": {"in": […]}}`)."""

    collection: str | None = "default"
    document_ids: Sequence[str] | None = None
    filter: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        ids = {"document_ids": list(self.document_ids)} if self.document_ids is not None else {}
        return {"collection": self.collection, "filter": dict(self.filter), **ids}


EVERYTHING = SearchScope(collection=None)


class ProvisoRetriever(BaseRetriever):
    """Passages best first. With `expand="clause"` hits are grown to their clause and merged, so there may be fewer than `limit`.

    Raises the error that the service names (`proviso.errors`: NotFound, DocumentNotReady, InvalidRequest, Unauthorized,
    IndexUnavailable, …), and ServiceUnavailable when there is none.
    """

    def __init__(
        self,
        service: Service | None = None,
        scope: SearchScope | None = None,
        *,
        limit: int = 10,
        expand: Expand = "none",
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._service = service or Service()
        self._scope = scope or SearchScope()
        self._limit = limit
        self._expand = expand

    @override
    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        with self._service.reaching(), self._service.client() as client:
            response = client.post("/v1/search", json=self._body(query_bundle))
        return self._nodes(self._service.answer(response))

    @override
    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        with self._service.reaching():
            async with self._service.async_client() as client:
                response = await client.post("/v1/search", json=self._body(query_bundle))
        return self._nodes(self._service.answer(response))

    def _body(self, query: QueryBundle) -> dict[str, Any]:
        return {"query": query.query_str, "limit": self._limit, "expand": self._expand, **self._scope.body()}

    @staticmethod
    def _nodes(answer: Mapping[str, Any]) -> list[NodeWithScore]:
        return [NodeWithScore(node=_node(item), score=item["score"]) for item in answer["items"]]


def _node(item: Mapping[str, Any]) -> TextNode:
    """The id names document, version and span, so that the same passage is the same node in every answer."""
    metadata = {name: item[name] for name in PLACE}
    return TextNode(
        id_=f"{item['document_id']}/{item['version']}/{item['start']}-{item['end']}",
        text=item["text"],
        start_char_idx=item["start"],
        end_char_idx=item["end"],
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=[
            name for name, value in metadata.items() if name not in SHOWN or value in (None, "")
        ],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=item["document_id"])},
    )
