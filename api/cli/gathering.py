"""Which files `add` takes (floor 5): the files at and below the paths given, and whatever it passes over, with the reason.

Folders that links lead to are read too, each once. A file is hashed as it is; one that changes meanwhile is hashed again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PIECE_BYTES = 1 << 20
TRIES = 3
SYSTEM_FILES = ("thumbs.db", "desktop.ini", "icon\r")
LOCK_STARTS = ("~$", ".~lock.")
IGNORED = ("hidden", "lock_file", "system_file")
"""What a person would not call a file of theirs: said, but no reason for concern."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was hashed."""

    path: Path
    bytes: int
    sha256: str
    stamp: tuple[int, int]

    @property
    def name(self) -> str:
        return shown(Path(self.path.name))


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file or folder that is not taken."""

    path: Path
    code: str
    detail: str


def gather(paths: Sequence[Path], recursive: bool) -> Iterator[Path | PassedOver]:
    """Files in a stable order. A path that is given by name is taken even if it is hidden."""
    folders: set[tuple[int, int]] = set()
    for path in paths:
        if path.is_dir():
            yield from _folder(path, recursive, folders)
        else:
            yield _regular(path)


def hashed(path: Path) -> File | PassedOver:
    """The file with its hash, read while nobody wrote to it."""
    try:
        for _ in range(TRIES):
            before = stamp(path)
            digest = _digest(path)
            if stamp(path) == before:
                return File(path, before[0], digest, before)
    except OSError as error:
        return PassedOver(path, "unreadable", error.strerror or str(error))
    return changing(path)


def changing(path: Path) -> PassedOver:
    return PassedOver(path, "changing", "It changes while it is read; add it again when it is finished.")


def shown(path: Path) -> str:
    """The path as it is sent and printed: bytes of a name that are no UTF-8, as archives from elsewhere bring, become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def stamp(path: Path) -> tuple[int, int]:
    """Size and time of the last change."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _folder(folder: Path, recursive: bool, seen: set[tuple[int, int]]) -> Iterator[Path | PassedOver]:
    try:
        found = folder.stat()
        if (found.st_dev, found.st_ino) in seen:
            yield PassedOver(folder, "seen", "A link to a folder that has been read already.")
            return
        seen.add((found.st_dev, found.st_ino))
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError as error:
        yield PassedOver(folder, "unreadable", error.strerror or str(error))
        return
    for name in names:
        path = folder / name
        if ignored := _ignored(path):
            yield ignored
        elif not path.is_dir():
            yield _regular(path)
        elif recursive:
            yield from _folder(path, recursive, seen)
        else:
            yield PassedOver(path, "folder", "A folder; --recursive reads it too.")


def _ignored(path: Path) -> PassedOver | None:
    if path.name.startswith(LOCK_STARTS):
        return PassedOver(path, "lock_file", "An office program has the file open; this is its lock, not a document.")
    if path.name.startswith("."):
        return PassedOver(path, "hidden", "Hidden: its name begins with a dot.")
    if path.name.lower() in SYSTEM_FILES:
        return PassedOver(path, "system_file", "A file of the operating system.")
    return None


def _regular(path: Path) -> Path | PassedOver:
    if path.is_file():
        return path
    if path.is_symlink():
        return PassedOver(path, "broken_link", "A link that leads nowhere.")
    return PassedOver(path, "not_a_file", "Neither a file nor a folder.")
