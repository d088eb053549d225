"""A loopback REST server with the shape of Qdrant: it keeps no data, remembers what it was asked, and fails on demand.

`faults` are used up in order, one for each request: a status ("503"), "429-1" and "429-later" (with `Retry-After` in
seconds or as a date), "409-race" (another process has just made it), "reset", "hang", "garbage", or "" for none. When
none is left, requests are answered as an empty Qdrant would.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

CONFIG = {
    "params": {"vectors": {}},
    "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000},
    "optimizer_config": {"default_segment_number": 0, "flush_interval_sec": 5, "max_optimization_threads": None},
}


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class QdrantStub:
    """The stub's state; tests read `asked` and write `faults`, `collections` and `write_status`."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    collections: dict[str, dict[str, Any]] = field(default_factory=dict)
    write_status: str = "completed"

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]

    def result_of(self, asked: Asked) -> Any:
        parts = asked.path.strip("/").split("/")
        if asked.path == "/collections":
            return {"collections": [{"name": name} for name in self.collections]}
        if len(parts) == 2:
            return self._collection(asked, parts[1])
        return {
            "count": {"count": 0},
            "facet": {"hits": []},
            "batch": [{"points": []} for _ in (asked.body or {}).get("searches", [])],
        }.get(parts[-1], {"operation_id": 1, "status": self.write_status})

    def _collection(self, asked: Asked, name: str) -> Any:
        if asked.method == "PUT":
            self.collections[name] = asked.body.get("metadata") or {}
            return True
        if asked.method == "PATCH":
            self.collections[name] |= asked.body["metadata"]
            return True
        config = CONFIG | {"metadata": self.collections[name] or None}
        return {
            "status": "green",
            "optimizer_status": "ok",
            "segments_count": 1,
            "config": config,
            "payload_schema": {},
        }


@asynccontextmanager
async def a_qdrant_stub() -> AsyncIterator[QdrantStub]:
    stub = QdrantStub()
    hanging: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        hanging.add(task)
        try:
            await _answer(stub, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            hanging.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stub.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield stub
    finally:
        server.close()
        for task in tuple(hanging):
            task.cancel()
        await asyncio.sleep(0)


async def _answer(stub: QdrantStub, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = await _read(reader)
    stub.asked.append(asked)
    fault = stub.faults.pop(0) if stub.faults else ""
    if fault == "reset":
        writer.transport.abort()
    elif fault == "hang":
        await asyncio.sleep(60)
    elif fault == "garbage":
        await _reply(writer, 200, b'{"result": 17, "status": "ok"}')
    elif fault:
        status, _, later = fault.partition("-")
        if later == "race":
            stub.result_of(asked)
        extra = {"1": "Retry-After: 1\r\n", "later": "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n"}
        await _reply(writer, int(status), b'{"status": {"error": "told to fail"}}', extra.get(later, ""))
    else:
        await _reply(writer, 200, json.dumps({"result": stub.result_of(asked), "status": "ok", "time": 0.0}).encode())


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    return Asked(method, path, query, headers, json.loads(body) if body else None)


async def _reply(writer: asyncio.StreamWriter, status: int, body: bytes, extra: str = "") -> None:
    head = f"HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\n{extra}"
    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    await writer.drain()
