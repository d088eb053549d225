"""Documents as API.md has them (floor 5)."""

from __future__ import annotations

from typing import Any

from api.schemas.checked import Body
from proviso.wire import to_data
from records.catalog.documents import DocumentRecord

INTERNAL = ("workspace", "version_id", "attempt")
UPLOADED = ("id", "filename", "collection", "sha256", "bytes", "status", "created_at")


class Reprocess(Body):
    password: str | None = None


def document_json(record: DocumentRecord) -> dict[str, Any]:
    data: dict[str, Any] = to_data(record)
    return {name: value for name, value in data.items() if name not in INTERNAL}


def upload_json(record: DocumentRecord, duplicate: bool) -> dict[str, Any]:
    data = document_json(record)
    return {name: data[name] for name in UPLOADED} | {"duplicate": duplicate}
