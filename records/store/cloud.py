"""Blobs in S3, Google Cloud Storage or Azure (floor 2) through obstore. A put there is whole or has not happened: the
services promise it, and nothing is added to it. Credentials come from where obstore looks for them (`AWS_*`, …).
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore as Service
from obstore.store import from_url

from proviso.errors import NotFound, StoreUnavailable
from records.store.keys import checked_key

MISSING = (NotFoundError, FileNotFoundError)
FAULTS = (BaseError, OSError)


class ObjectStore:
    """Keys as object names in one bucket or container, below the prefix of its URL."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @classmethod
    def from_url(cls, url: str) -> ObjectStore:
        """Open `s3://bucket/prefix`, `gs://…`, `az://…`; nothing is asked of the service yet."""
        try:
            return cls(from_url(url))
        except (BaseError, ValueError) as error:
            raise StoreUnavailable(f"The store {url} cannot be opened: {_first_line(error)}") from error

    async def put(self, key: str, data: bytes) -> None:
        try:
            await obstore.put_async(self._service, checked_key(key), data)
        except FAULTS as error:
            raise _fault("written to", error) from error

    async def put_file(self, key: str, path: Path) -> None:
        try:
            await obstore.put_async(self._service, checked_key(key), path)
        except FAULTS as error:
            raise _fault("written to", error) from error

    async def get(self, key: str) -> bytes:
        try:
            found = await obstore.get_async(self._service, checked_key(key))
            return bytes(await found.bytes_async())
        except MISSING as error:
            raise NotFound(f"The store holds no {key}.") from error
        except FAULTS as error:
            raise _fault("read", error) from error

    async def fetch(self, key: str, path: Path) -> None:
        try:
            found = await obstore.get_async(self._service, checked_key(key))
            with path.open("wb") as file:
                async for part in found.stream():
                    await asyncio.to_thread(file.write, part)
        except MISSING as error:
            raise NotFound(f"The store holds no {key}.") from error
        except FAULTS as error:
            raise _fault("read", error) from error

    async def delete(self, prefix: str) -> int:
        found = await self.keys(checked_key(prefix))
        try:
            if found:
                await obstore.delete_async(self._service, found)
        except MISSING:
            pass  # somebody else deleted the same
        except FAULTS as error:
            raise _fault("changed", error) from error
        return len(found)

    async def keys(self, prefix: str) -> list[str]:
        try:
            below = await obstore.list(self._service, prefix=checked_key(prefix) if prefix else None).collect_async()
            found = {str(item["path"]) for item in below}
            if prefix and await self._holds(prefix):
                found.add(prefix)
        except FAULTS as error:
            raise _fault("listed", error) from error
        return sorted(found)

    async def _holds(self, key: str) -> bool:
        try:
            await obstore.head_async(self._service, key)
        except MISSING:
            return False
        return True


def _fault(what: str, error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"The object store could not be {what}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    """obstore's messages carry a dump of its own structures after the first line."""
    return str(error).partition("\n")[0]
