"""The embedded blob store (floor 2): files in a folder. A put is a temporary file in the same folder, fsync, rename,
fsync of the folder: a file is there whole and durable, or not there at all. Two processes may share one folder.

It knows no documents; keys are checked, never derived from names that users gave.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import filecmp
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from proviso.errors import NotFound, StoreUnavailable
from proviso.ids import new_id
from records.durably import settle, sync, write_synced
from records.store.keys import checked_key

TEMPORARY = ".tmp-"
"""Start of the names of unfinished files; no key begins with a dot."""

STALE_S = 86_400.0
COPIED_BYTES = 1 << 20
T = TypeVar("T")


class FolderStore:
    """Keys as paths below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            _make_folder(root)
            _sweep(root)
        except OSError as error:
            raise _fault(root, error) from error

    async def put(self, key: str, data: bytes) -> None:
        await self._run(self._put, key, data)

    async def put_file(self, key: str, path: Path) -> None:
        await self._run(self._put_file, key, path)

    async def get(self, key: str) -> bytes:
        return await self._run(self._get, key)

    async def fetch(self, key: str, path: Path) -> None:
        await self._run(self._fetch, key, path)

    async def delete(self, prefix: str) -> int:
        return await self._run(self._delete, prefix)

    async def keys(self, prefix: str) -> list[str]:
        return await self._run(self._keys, prefix)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        try:
            return await asyncio.to_thread(work, *args)
        except OSError as error:
            raise _fault(self._root, error) from error

    def _place(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _put(self, key: str, data: bytes) -> None:
        target = self._place(key)
        temporary = _temporary(target)
        try:
            write_synced(temporary, data)
            settle(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)

    def _put_file(self, key: str, path: Path) -> None:
        target = self._place(key)
        if target.is_file() and filecmp.cmp(path, target, shallow=False):
            sync(target.parent)  # whoever stored it may not have come this far yet
            return
        temporary = _temporary(target)
        try:
            _bring(path, temporary)
            settle(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)

    def _get(self, key: str) -> bytes:
        with self._open(key) as file:
            return file.read()

    def _fetch(self, key: str, path: Path) -> None:
        with self._open(key) as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy, COPIED_BYTES)

    def _open(self, key: str) -> BinaryIO:
        try:
            return self._place(key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFound(f"The store holds no {key}.") from error

    def _delete(self, prefix: str) -> int:
        place = self._place(prefix)
        if place.is_dir():
            count = len(_files(place))
            shutil.rmtree(place, onerror=_unless_gone)
        else:
            count = int(place.is_file())
            place.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            sync(place.parent)
        return count

    def _keys(self, prefix: str) -> list[str]:
        place = self._place(prefix) if prefix else self._root
        found = [place] if place.is_file() else _files(place)
        return sorted(path.relative_to(self._root).as_posix() for path in found)


def _files(folder: Path) -> list[Path]:
    # os.walk passes over what vanishes meanwhile; Path.rglob raises
    return [Path(at, name) for at, _, names in os.walk(folder) for name in names if not name.startswith(TEMPORARY)]


def _unless_gone(call: object, path: str, error: tuple[type[BaseException], BaseException, object]) -> None:
    """Somebody else deleted it first: that is what was wanted."""
    if not isinstance(error[1], FileNotFoundError):
        raise error[1]


def _temporary(target: Path) -> Path:
    _make_folder(target.parent)
    return target.parent / f"{TEMPORARY}{new_id('put')}"


def _bring(path: Path, temporary: Path) -> None:
    """Move `path` beside its target, or copy it from another file system; its bytes are durable afterwards."""
    try:
        path.rename(temporary)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(path, temporary)
    sync(temporary)


def _make_folder(folder: Path) -> None:
    """Create `folder` and what it lies in; a new name is durable only after the fsync of the folder that holds it."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(exist_ok=True)
        sync(place.parent)


def _sweep(root: Path) -> None:
    """Remove what a killed process left half-written, once it is too old to belong to a running one."""
    oldest = time.time() - STALE_S
    for path in root.glob(f"*/{TEMPORARY}*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            pass  # the other process that shares the folder was faster


def _fault(root: Path, error: OSError) -> StoreUnavailable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreUnavailable(f"The disk that holds {root} is full. Free some space, then try again.")
    return StoreUnavailable(f"The store in {root} cannot be used: {error.strerror or error}.")
