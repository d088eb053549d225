"""HTTP/1.1 over asyncio streams, by hand, so that a test can break it anywhere: cut, reset, stall, end too early."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

MAX_HEAD_BYTES = 65_536
POLL_S = 0.01
PHRASES = {each.value: each.phrase for each in HTTPStatus}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, read to its end."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class ClientLeft(Exception):
    """The client closed the connection while it was being answered."""


class Wire:
    """One connection: reads requests, writes answers whole or in chunks, and can break off."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.broken = False

    async def read_request(self) -> HttpRequest | None:
        """The next request, or nothing when the client is done."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ", 2)
            pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
            headers = {name.strip().lower(): value.strip() for name, value in pairs}
            body = await self._read_body(headers)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            return None
        return HttpRequest(method=method, path=target.split("?", 1)[0], headers=headers, body=body)

    async def send(self, status: int, body: bytes, headers: Mapping[str, str], sent_bytes: int | None = None) -> None:
        """A whole answer, or its head and the first `sent_bytes` of its body."""
        self._write_head(status, {"content-length": str(len(body)), **headers})
        self._writer.write(body if sent_bytes is None else body[:sent_bytes])
        await self._drain()

    async def start_stream(self, headers: Mapping[str, str]) -> None:
        """The head of a chunked answer."""
        self._write_head(200, {"transfer-encoding": "chunked", **headers})
        await self._drain()

    async def send_chunk(self, data: bytes) -> None:
        """One chunk of a chunked answer."""
        self._check_client()
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self._drain()

    async def end_stream(self) -> None:
        """The proper end of a chunked answer."""
        self._writer.write(b"0\r\n\r\n")
        await self._drain()

    async def pause(self, seconds: float) -> None:
        """Waits, unless the client leaves first."""
        until = asyncio.get_running_loop().time() + seconds
        while (left := until - asyncio.get_running_loop().time()) > 0:
            self._check_client()
            await asyncio.sleep(min(POLL_S, left))
        self._check_client()

    def cut(self) -> None:
        """Closes without ending the answer."""
        self.broken = True
        self._writer.close()

    def reset(self) -> None:
        """Closes with RST."""
        self.broken = True
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._writer.transport.abort()

    async def close(self) -> None:
        """Closes in order; safe to call more than once."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            pass  # the client, or a scripted reset, was faster

    def _check_client(self) -> None:
        if self._reader.at_eof() or self._reader.exception() is not None or self._writer.is_closing():
            raise ClientLeft

    def _write_head(self, status: int, headers: Mapping[str, str]) -> None:
        phrase = PHRASES.get(status, "Unknown")
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def _drain(self) -> None:
        try:
            await self._writer.drain()
        except ConnectionError:
            raise ClientLeft from None

    async def _read_body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int((await self._reader.readline()).split(b";")[0], 16):
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readuntil(b"\r\n")
        return body


def as_event(data: Any) -> bytes:
    """One SSE event."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {text}\n\n".encode()
