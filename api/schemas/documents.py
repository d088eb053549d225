"""Documents as API.md has them (floor 5)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.checked import Body
from proviso.wire import to_data
from records.catalog.documents import DocumentRecord, Edit, KeptVersion

INTERNAL = ("workspace", "version_id", "attempt")
UPLOADED = ("id", "filename", "collection", "sha256", "bytes", "status", "created_at")
LOOKED_UP_AT_ONCE = 500
CollectionName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Reprocess(Body):
    password: str | None = None


class Changes(Body):
    """What PATCH takes. What is not named stays; `title: null` goes back to the document's own; `metadata` is replaced as a whole."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)] | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    collection: CollectionName = "default"

    def edit(self) -> Edit:
        named = self.model_fields_set
        return Edit(
            title=self.title,
            retitled="title" in named,
            metadata=self.metadata if "metadata" in named else None,
            collection=self.collection if "collection" in named else None,
        )


class Lookup(Body):
    """Which of these files are there? By the SHA-256 of their bytes, in lower case."""

    collection: CollectionName = "default"
    sha256: list[Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]] = Field(max_length=LOOKED_UP_AT_ONCE)


def document_json(record: DocumentRecord) -> dict[str, Any]:
    data: dict[str, Any] = to_data(record)
    return {name: value for name, value in data.items() if name not in INTERNAL}


def upload_json(record: DocumentRecord, sha256: str, duplicate: bool) -> dict[str, Any]:
    """`sha256` is of the bytes uploaded, which may be on their way to be the next version of a document that is there."""
    data = document_json(record)
    told = {name: data[name] for name in UPLOADED} | {"sha256": sha256, "duplicate": duplicate}
    coming = record.pending is not None and record.sha256 != sha256
    return told | {"status": record.pending.status} if coming and record.pending else told


def version_json(version: KeptVersion) -> dict[str, Any]:
    """`status` is live for the one that answers."""
    data: dict[str, Any] = to_data(version)
    hidden = ("version_id", "document_id", "number", "live", "status")
    shown = {name: value for name, value in data.items() if name not in hidden}
    return {"version": version.number, "status": "live" if version.live else version.status} | shown
