"""Files that survive a power cut (floor 2, the lowest room): bytes are on the disk before a name points to them, and so is the name.

What is written aside and then put in place is there whole or not at all, whenever the process is killed. Raises OSError; whose file it is
and what a full disk means to them is the caller's.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, data: bytes) -> None:
    """The bytes are durable when this returns; the name is not yet."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def settle(aside: Path, target: Path) -> None:
    """Give a synced file its name, in the folder it lies in, in place of what had it. Durable when this returns."""
    aside.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Bring to the disk what was written to a file, or which names a folder holds."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes) -> None:
    """The file is the old one or the new one, never half of either. One writer at a time: what is aside has one name."""
    aside = path.with_name(f"{path.name}.new")
    write_synced(aside, data)
    settle(aside, path)
