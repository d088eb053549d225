"""Any LlamaIndex reader as a source of documents (floor 5): what it yields is uploaded to a running service as text.

    taken = add_from_reader(SimpleDirectoryReader("letters"), Service("http://127.0.0.1:8000"), wait_s=300)

Doing it again is free: what has not changed is not sent, and what has becomes the next version of its document. Files that Proviso reads
itself (PDF, DOCX, HTML, …) are better given to `proviso add`: text from a reader has neither pages nor boxes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import httpx
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document

from api.llamaindex.service import Service
from api.llamaindex.texts import READ_FROM, TextFile, text_files
from proviso.errors import FileError, NotFound, RequestError

POLL_S = 0.5
SETTLED = ("ready", "failed")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one source. `refused`: `code` and `detail` say why. `status` is the document's when last looked at."""

    source: str
    filename: str
    outcome: Literal["added", "replaced", "there", "refused"]
    document_id: str | None = None
    status: str | None = None
    code: str | None = None
    detail: str | None = None


def add_from_reader(
    reader: BaseReader, service: Service, collection: str = "default", *, wait_s: float = 0, **load: Any
) -> list[Taken]:
    """Uploads what `reader.load_data(**load)` yields; one outcome for each source, in the order read. See `add_documents`."""
    return add_documents(reader.load_data(**load), service, collection, wait_s=wait_s)


def add_documents(
    documents: Iterable[Document], service: Service, collection: str = "default", *, wait_s: float = 0
) -> list[Taken]:
    """Uploads Documents. With `wait_s`, waits until each is ready or failed, at most so long.

    Raises ServiceUnavailable, and errors that concern every file (Unauthorized, Forbidden, a dependency of the service): calling again
    goes on where it stopped.
    """
    with service.reaching(), service.client() as client:
        line = _Line(client, service, collection)
        taken = [line.take(file) for file in text_files(documents)]
        return line.settled(taken, wait_s)


class _Line:
    """One collection of a service."""

    def __init__(self, client: httpx.Client, service: Service, collection: str) -> None:
        self._client = client
        self._service = service
        self._collection = collection

    def take(self, file: TextFile) -> Taken:
        if not file.data.strip():
            return Taken(file.source, file.name, "refused", code="empty_file", detail="The reader gave no text for it.")
        try:
            return self._there(file) or self._replaced(file) or self._added(file)
        except (FileError, RequestError) as error:
            if error.code in ("unauthorized", "forbidden"):
                raise
            return Taken(file.source, file.name, "refused", code=error.code, detail=error.detail)

    def settled(self, taken: list[Taken], wait_s: float) -> list[Taken]:
        until = time.monotonic() + wait_s
        while True:
            taken = [self._looked_at(one) for one in taken]
            left = any(one.document_id and one.status not in SETTLED for one in taken)
            if not left or time.monotonic() >= until:
                return taken
            time.sleep(POLL_S)

    def _there(self, file: TextFile) -> Taken | None:
        """The document that has these bytes already; one that failed is not there, it is tried again."""
        found = self._ask(
            "POST", "/v1/documents/lookup", json={"collection": self._collection, "sha256": [file.sha256]}
        )
        standing = [item for item in found["items"] if item["status"] != "failed"]
        return self._taken(file, "there", standing[0]) if standing else None

    def _replaced(self, file: TextFile) -> Taken | None:
        """The document that was made of this source before, given its new text."""
        earlier = next(self._read_from(file), None)
        if earlier is None:
            return None
        path = f"/v1/documents/{earlier['id']}"
        document = self._ask("PUT", path, files={"file": (file.name, file.data)})
        self._ask("PATCH", path, json={"metadata": file.metadata})
        return self._taken(file, "replaced", document)

    def _read_from(self, file: TextFile) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            wanted = {"collection": self._collection, "q": file.name, "limit": 200, "cursor": cursor}
            page = self._ask("GET", "/v1/documents", params={k: v for k, v in wanted.items() if v is not None})
            yield from (item for item in page["items"] if item["metadata"].get(READ_FROM) == file.source)
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _added(self, file: TextFile) -> Taken:
        fields = {"collection": self._collection, "metadata": json.dumps(file.metadata)}
        answer = self._ask("POST", "/v1/documents", files=[("files", (file.name, file.data))], data=fields)
        (item,) = answer["items"]
        return self._taken(file, "there" if item["duplicate"] else "added", item)

    def _looked_at(self, taken: Taken) -> Taken:
        if taken.document_id is None or taken.status in SETTLED:
            return taken
        try:
            document = self._ask("GET", f"/v1/documents/{taken.document_id}")
        except NotFound as error:
            return replace(taken, status="failed", code=error.code, detail="The document was deleted meanwhile.")
        return self._standing(taken, document)

    def _taken(self, file: TextFile, outcome: Literal["added", "replaced", "there"], document: dict[str, Any]) -> Taken:
        return Taken(file.source, file.name, outcome, document["id"])

    def _standing(self, taken: Taken, document: dict[str, Any]) -> Taken:
        """Where the newest version stands: a replacement is on its way while the old one answers."""
        status = (document.get("pending") or document)["status"]
        fault = document.get("error") or {}
        return replace(taken, status=status, code=fault.get("code"), detail=fault.get("detail"))

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return self._service.answer(self._client.request(method, path, **options))
