"""The index process (records): owns the shard of one folder and answers the frames of the service that started it.

Started by `process.py`, never by hand. It prints one line of JSON, where to reach it or why it cannot serve, and ends
when the pipe on its standard input closes or its parent is gone, after closing the shard.

Requests of one connection are answered in order. A service opens two, one for writes and one for reads; the process
answers one frame at a time and takes the connections in turn, and a write frame is at most `BATCH_POINTS` points, so a
search waits for one such write and never for the queue behind it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from proviso.errors import ProvisoError
from records.index.edge import Shard
from records.index.frames import Frame, read_frame
from records.index.holder import Holder, held
from records.index.messages import (
    brief_frame,
    chosen_in,
    found_frame,
    payloads_frame,
    rankings_in,
    rows_of,
    stored_frame,
)

SOCKET_FILE = "owner.sock"
LONGEST_SOCKET_PATH = 100
"""The kernel takes 108 bytes on Linux and 104 on macOS."""
PARENT_POLL_S = 0.5
STDIN, STDOUT, STDERR = 0, 1, 2


class Answers:
    """What each kind of request does to the shard."""

    def __init__(self, shard: Shard, dimensions: int) -> None:
        self._shard = shard
        self._dimensions = dimensions
        self._operations = {
            "upsert": self._upsert,
            "search": self._search,
            "brief": self._brief,
            "payloads": self._payloads,
            "vectors": self._vectors,
            "some": self._some,
            "delete": self._delete,
            "count": self._count,
            "counts": self._counts,
            "copy": self._copy,
        }

    def answer(self, request: Frame) -> Frame:
        """The reply to `request`; a fault of the engine is a reply too."""
        try:
            return self._operations[request.header["op"]](request)
        except ProvisoError as fault:
            return Frame(refusal(fault))

    def _upsert(self, request: Frame) -> Frame:
        self._shard.upsert(rows_of(request, self._dimensions))
        if request.header["sync"]:
            self._shard.sync()
        return Frame({})

    def _search(self, request: Frame) -> Frame:
        return found_frame(self._shard.search(rankings_in(request, self._dimensions)))

    def _brief(self, request: Frame) -> Frame:
        return brief_frame(self._shard.search(rankings_in(request, self._dimensions), brief=True))

    def _payloads(self, request: Frame) -> Frame:
        return payloads_frame(self._shard.payloads(request.header["ids"]))

    def _vectors(self, request: Frame) -> Frame:
        return stored_frame(self._shard.vectors(request.header["workspace"], request.header["ids"]))

    def _some(self, request: Frame) -> Frame:
        return Frame({"ids": self._shard.some(chosen_in(request.header["chosen"]), request.header["limit"])})

    def _delete(self, request: Frame) -> Frame:
        for chosen in request.header["chosen"]:
            self._shard.delete(chosen_in(chosen))
        self._shard.sync()
        return Frame({})

    def _count(self, request: Frame) -> Frame:
        return Frame({"count": self._shard.count(chosen_in(request.header["chosen"]))})

    def _counts(self, request: Frame) -> Frame:
        return Frame({"counts": self._shard.counts()})

    def _copy(self, request: Frame) -> Frame:
        self._shard.copy_to(Path(request.header["to"]))
        return Frame({})


class Service:
    """The socket: connections in, one answer at a time, until told to end."""

    def __init__(self, answers: Answers, parent: int) -> None:
        self._answers = answers
        self._parent = parent
        self._ended = asyncio.Event()
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    async def run(self, path: str) -> None:
        """Serve at `path` until the parent goes or a signal asks to end."""
        loop = asyncio.get_running_loop()
        # Not the loop's own handler: when the loop ends, that one leaves the signal deadly while the shard is closing.
        signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(self._ended.set))
        loop.add_reader(STDIN, self._read_parent)
        server = await asyncio.start_unix_server(self._accept, path)
        announce({"socket": path})
        self._watch_parent()
        await self._ended.wait()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        loop.remove_reader(STDIN)
        server.close()
        for writer in tuple(self._connections):
            writer.close()
        await asyncio.gather(*self._connections.values(), return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections[writer] = task
        task.add_done_callback(lambda _: self._connections.pop(writer, None))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection; a client that goes away in the middle of a frame has not asked anything."""
        try:
            while not self._ended.is_set() and (request := await read_frame(reader)) is not None:
                writer.write(self._answers.answer(request).encoded())
                await writer.drain()
                await asyncio.sleep(0)  # the other connection's turn
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _read_parent(self) -> None:
        if not os.read(STDIN, 1024):
            self._ended.set()

    def _watch_parent(self) -> None:
        """A child that the service forked may keep the pipe open after its death; the parent id tells then."""
        if os.getppid() == self._parent:
            asyncio.get_running_loop().call_later(PARENT_POLL_S, self._watch_parent)
        else:
            self._ended.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Hold the folder, open the shard, serve, close."""
    options = _options(arguments)
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the service says when to end
    folder: Path = options.folder
    try:
        with held(folder, Holder(**json.loads(options.holder))):
            shard = Shard.open(folder, options.dimensions, options.embedder)
            path = _socket_path(folder)
            try:
                asyncio.run(_serve(shard, options, path))
            finally:
                shard.close()
                _remove_socket(path, folder)
    except ProvisoError as fault:
        announce(refusal(fault))
        return 1
    return 0


async def _serve(shard: Shard, options: argparse.Namespace, path: Path) -> None:
    await Service(Answers(shard, options.dimensions), options.parent).run(str(path))


def refusal(fault: ProvisoError) -> dict[str, Any]:
    return {"error": fault.code, "detail": fault.detail}


def announce(line: dict[str, Any]) -> None:
    """The first and only line on standard output; whatever is printed later goes to standard error."""
    with suppress(BrokenPipeError):
        os.write(STDOUT, json.dumps(line).encode() + b"\n")
    os.dup2(STDERR, STDOUT)


def _socket_path(folder: Path) -> Path:
    """A free path for the socket: in the folder, or in a private temporary one when that path is too long."""
    path = folder / SOCKET_FILE
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        return Path(tempfile.mkdtemp(prefix="proviso-")) / SOCKET_FILE
    path.unlink(missing_ok=True)
    return path


def _remove_socket(path: Path, folder: Path) -> None:
    path.unlink(missing_ok=True)
    if path.parent != folder:
        path.parent.rmdir()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="records.index.owner", description="The index process of a Proviso service.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dimensions", type=int, required=True)
    parser.add_argument("--embedder", required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--holder", required=True, help="JSON: who holds the index, for the sentence others get")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
