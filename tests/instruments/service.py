"""A real Proviso service in this process, on a loopback port, over a data folder of the test's own.

    with running_service(tmp_path, model=server.base_url) as client:
        document = upload(client, samples / "centrack-web-site-hosting.pdf")
        answer = client.post("/v1/ask", json={"question": "…"}).json()

Everything is the product's own: uvicorn, SQLite, DBOS, the index process, parser children, the packaged embedder.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from api.server import Server
from proviso.settings import Settings

START_S = 120.0
SETTLE_S = 120.0
POLL_S = 0.05


@contextlib.contextmanager
def running_service(data_dir: Path, *, model: str | None = None, **settings: Any) -> Iterator[httpx.Client]:
    """The service, and a client on it. `model` is the base URL of a model server; other settings by their names. Scans stay unread
    unless `ocr=True`, so that the same is expected with Tesseract and without."""
    given = {"ocr": False} | settings
    chosen = Settings(_env_file=None, data_dir=data_dir, host="127.0.0.1", port=0, llm_base_url=model, **given)
    ready = threading.Event()
    server = Server(chosen, lambda _: ready.set())

    def run() -> None:
        try:
            server.run_here()
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="service")
    thread.start()
    try:
        ready.wait(START_S)
        if not server.started or server.fault:
            raise RuntimeError(server.fault or "the service did not start")
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def upload(client: httpx.Client, *paths: Path, wait: bool = True, **fields: Any) -> list[dict[str, Any]]:
    """Upload files and, by default, wait until each is ready or failed; returns the documents in the order given."""
    with contextlib.ExitStack() as stack:
        files = [("files", (path.name, stack.enter_context(path.open("rb")))) for path in paths]
        response = client.post("/v1/documents", files=files, data=fields)
    assert response.status_code == 202, response.text
    items = response.json()["items"]
    return settled(client, [item["id"] for item in items]) if wait else items


def upload_bytes(client: httpx.Client, **files: bytes) -> httpx.Response:
    """Upload made-up files: `a__pdf=b"…"` is `a.pdf`."""
    named = [("files", (name.replace("__", "."), data)) for name, data in files.items()]
    return client.post("/v1/documents", files=named)


def settled(client: httpx.Client, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The documents once each is ready or failed."""
    until = time.monotonic() + SETTLE_S
    while True:
        documents = [client.get(f"/v1/documents/{id_}").json() for id_ in ids]
        if all(document["status"] in ("ready", "failed") for document in documents):
            return documents
        assert time.monotonic() < until, [(d["filename"], d["status"], d["stage"]) for d in documents]
        time.sleep(POLL_S)


def finished(client: httpx.Client, extraction_id: str) -> dict[str, Any]:
    """The extraction once it is over."""
    until = time.monotonic() + SETTLE_S
    while True:
        job = client.get(f"/v1/extractions/{extraction_id}").json()
        if job["finished_at"]:
            return job
        assert time.monotonic() < until, job
        time.sleep(POLL_S)


def events(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Named events of a streamed response."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])
