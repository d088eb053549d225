"""The scope part of a request body (floor 5)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas.checked import Body
from proviso.types.search import Scope


class ScopeBody(Body):
    """`collection` omitted = `default`, null = the whole workspace; ignored when `document_ids` is given."""

    collection: str | None = "default"
    document_ids: list[str] | None = Field(default=None, min_length=1, max_length=10_000)
    filter: dict[str, Any] = Field(default_factory=dict)

    def scope(self, workspace: str) -> Scope:
        ids = tuple(dict.fromkeys(self.document_ids)) if self.document_ids is not None else None
        return Scope(workspace, self.collection, ids, self.filter)
