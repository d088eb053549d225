"""One connection to the index process (records): a frame out, its reply in, in order."""

from __future__ import annotations

import asyncio

from records.index.frames import Frame, read_frame
from records.index.process import OwnerProcess

REPLY_PATIENCE_S = 120.0


class LinkBroken(Exception):
    """The other end went away, or did not answer in time (`by_delay`)."""

    def __init__(self, why: str, *, by_delay: bool = False) -> None:
        super().__init__(why)
        self.by_delay = by_delay


class Link:
    """Connects when first used, and again for every new process. Callers wait their turn."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._peer: OwnerProcess | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, peer: OwnerProcess, request: Frame) -> Frame:
        """Send `request` to the process `peer` and wait for its reply."""
        async with self._turn:
            try:
                async with asyncio.timeout(REPLY_PATIENCE_S):
                    reader, writer = await self._connected(peer)
                    writer.write(request.encoded())
                    await writer.drain()
                    reply = await read_frame(reader)
            except TimeoutError as late:
                self.drop()
                raise LinkBroken(f"no reply within {REPLY_PATIENCE_S:.0f} s", by_delay=True) from late
            except (OSError, asyncio.IncompleteReadError) as fault:
                self.drop()
                raise LinkBroken(f"the connection broke ({fault})") from fault
            except BaseException:
                self.drop()
                raise
            if reply is None:
                self.drop()
                raise LinkBroken("it closed the connection")
            return reply

    def drop(self) -> None:
        """Close the connection; the next exchange opens a new one."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _connected(self, peer: OwnerProcess) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection to `peer`; one to a process before it, at the same socket path, is not mistaken for it."""
        if self._streams is None or self._peer is not peer:
            self.drop()
            self._streams = await asyncio.open_unix_connection(peer.socket)
            self._peer = peer
        return self._streams
