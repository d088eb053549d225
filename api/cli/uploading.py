"""Files of `add` on their way (floor 5): batches bounded by number and size, several at once, each file with its outcome.

A batch may be sent again: the service knows bytes it has. A file that changed between its hash and its upload is taken as it is now, or,
when it was caught half-way, taken back and sent again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from api.cli.connection import raise_problem
from api.cli.gathering import File, PassedOver, changing, hashed
from api.cli.line import Line

if TYPE_CHECKING:
    import httpx

FILES_PER_BATCH = 16
BYTES_PER_BATCH = 16 << 20
TRIES = 3
REFUSED = (400, 409, 413, 415, 422, 500)
How = Literal["added", "there", "replaced", "refused"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a file. `document` is the service's word on it; `code` and `detail` say why it was refused."""

    file: File
    how: How
    document: dict[str, Any] | None = None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    collection: str
    metadata: str | None
    password: str | None

    def fields(self) -> dict[str, str]:
        named = {"collection": self.collection, "metadata": self.metadata, "password": self.password}
        return {name: value for name, value in named.items() if value}


def batches(files: Sequence[File]) -> Iterator[list[File]]:
    """In order; a file larger than a batch goes alone."""
    batch: list[File] = []
    size = 0
    for file in files:
        if batch and (len(batch) == FILES_PER_BATCH or size + file.bytes > BYTES_PER_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.bytes
    if batch:
        yield batch


def upload(line: Line, batch: Sequence[File], to: Destination) -> list[Sent]:
    """Every file of the batch with its outcome."""
    attempts = 0

    def post(client: httpx.Client) -> httpx.Response:
        nonlocal attempts
        attempts += 1
        with ExitStack() as stack:
            files = [("files", (file.name, stack.enter_context(file.path.open("rb")))) for file in batch]
            return client.post("/v1/documents", files=files, data=to.fields())

    try:
        response = line.send(post)
    except OSError as error:
        return _apart(line, batch, to) or [_refused(batch[0], "unreadable", error.strerror or str(error))]
    if response.status_code in REFUSED:
        return _apart(line, batch, to) or [_problem(batch[0], response)]
    raise_problem(response)
    answer = response.json()
    items = {item["sha256"]: item for item in answer["items"]}
    # Nobody had these bytes before the first attempt: what a second one finds is what the first one left.
    sent = [_taken(file, items[file.sha256], attempts > 1) for file in batch if file.sha256 in items]
    left = [file for file in batch if file.sha256 not in items]
    if len(batch) > 1:
        return sent + [one for file in left for one in upload(line, [file], to)]
    return sent or [_odd(line, batch[0], answer, to)]


def put(line: Line, file: File, document_id: str, password: str | None) -> Sent:
    """The file as the next version of a document."""
    key = {"Idempotency-Key": uuid4().hex}
    path = f"/v1/documents/{document_id}"

    def send(client: httpx.Client) -> httpx.Response:
        with file.path.open("rb") as data:
            fields = {"password": password} if password else {}
            return client.put(path, files={"file": (file.name, data)}, data=fields, headers=key)

    try:
        response = line.send(send)
    except OSError as error:
        return _refused(file, "unreadable", error.strerror or str(error))
    if response.status_code in REFUSED:
        document = line.get(path) if response.status_code == 409 else {}
        if file.sha256 in {document.get("sha256"), (document.get("pending") or {}).get("sha256")}:
            return Sent(file, "replaced", document)  # the first attempt had arrived
        return _problem(file, response)
    raise_problem(response)
    return Sent(file, "replaced", response.json())


def metadata_text(raw: str | None) -> str | None:
    """`raw` if it is a JSON object. Raises ValueError with a sentence."""
    if raw is None:
        return None
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise ValueError(f"--metadata is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise ValueError('--metadata must be a JSON object, such as {"vendor": "ACME"}.')
    return raw


def _apart(line: Line, batch: Sequence[File], to: Destination) -> list[Sent]:
    """Each file on its own, so that one does not stand for the others; [] for a single one."""
    return [one for file in batch for one in upload(line, [file], to)] if len(batch) > 1 else []


def _odd(line: Line, file: File, answer: dict[str, Any], to: Destination) -> Sent:
    """A single file that was rejected, or came out as other bytes than were hashed."""
    if answer["rejected"]:
        return _refused(file, answer["rejected"][0]["code"], answer["rejected"][0]["detail"])
    (item,) = answer["items"]
    for _ in range(TRIES):
        now = hashed(file.path)
        if isinstance(now, File) and now.sha256 == item["sha256"]:
            return _taken(now, item, False)
        _take_back(line, item)
        if isinstance(now, PassedOver):
            return _refused(file, now.code, now.detail)
        (sent,) = _once_more(line, now, to)
        if sent.document is None or sent.document["sha256"] == now.sha256:
            return sent
        item = sent.document
    _take_back(line, item)
    return _refused(file, changing(Path()).code, changing(Path()).detail)


def _once_more(line: Line, file: File, to: Destination) -> list[Sent]:
    def post(client: httpx.Client) -> httpx.Response:
        with file.path.open("rb") as data:
            return client.post("/v1/documents", files=[("files", (file.name, data))], data=to.fields())

    response = line.send(post)
    if response.status_code in REFUSED:
        return [_problem(file, response)]
    raise_problem(response)
    (item,) = response.json()["items"]
    return [_taken(file, item, False)]


def _take_back(line: Line, item: dict[str, Any]) -> None:
    """Delete what was made of a file caught half-way; never what was there before."""
    if not item["duplicate"]:
        line.send(lambda client: client.delete(f"/v1/documents/{item['id']}"))


def _taken(file: File, item: dict[str, Any], again: bool) -> Sent:
    return Sent(file, "there" if item["duplicate"] and not again else "added", item)


def _refused(file: File, code: str, detail: str) -> Sent:
    return Sent(file, "refused", None, code, detail)


def _problem(file: File, response: httpx.Response) -> Sent:
    try:
        problem = response.json()
        return _refused(file, str(problem["code"]), str(problem["detail"]))
    except (ValueError, KeyError, TypeError):
        return _refused(file, "refused", f"The service answered {response.status_code}.")


def with_document(sent: Sent, document: dict[str, Any]) -> Sent:
    return replace(sent, document=document)
