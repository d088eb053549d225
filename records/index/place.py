"""Where in an index folder the shard lies, and whom it was built for (records): one file says both.

A first shard lies in `shard`, one that was built anew in `built-<n>/shard`. Replacing the file switches from the one to the other at
once; a shard that it does not name is either being built (`built-<n + 1>`) or no longer needed.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proviso.errors import IndexUnavailable
from records.durably import sync, write_durably

IDENTITY_FILE = "index.json"
SHARD_FOLDER = "shard"
SHARD_KEY = "shard"
BUILT = re.compile(r"built-([1-9]\d{0,8})")


def shard_path(folder: Path) -> Path:
    """Where the shard lies that searches use; `shard` while the folder names none."""
    number = shard_number(folder)
    return folder / _shard(number) if number else folder / SHARD_FOLDER


def shard_number(folder: Path) -> int | None:
    """Which build is in use, 0 for the first shard; None when the folder does not say."""
    try:
        named = stored_identity(folder).get(SHARD_KEY, SHARD_FOLDER)
    except IndexUnavailable:
        return None
    found = BUILT.match(str(named))
    return int(found[1]) if found else 0


def builds(folder: Path) -> dict[int, Path]:
    """The folders that were or are being built, by number."""
    found = {BUILT.fullmatch(path.name): path for path in folder.glob("built-*")}
    return {int(match[1]): path for match, path in found.items() if match}


def built(folder: Path, number: int) -> Path:
    return folder / f"built-{number}"


def use_build(folder: Path, number: int, identity: Mapping[str, Any]) -> None:
    """From here on, searches use this build. It is so or it is not, whenever the process is killed or the power goes."""
    sync(folder)  # the entry of the build, before the file that names it
    write_durably(folder / IDENTITY_FILE, json.dumps({**identity, SHARD_KEY: _shard(number)}).encode())


def note_identity(folder: Path, identity: Mapping[str, Any]) -> None:
    """The shard in this folder is for this embedder. Written last, it also says that the shard is whole."""
    write_durably(folder / IDENTITY_FILE, json.dumps(identity).encode())


def sweep(folder: Path) -> None:
    """Remove the shards before the one in use; one that is being built has a higher number and stays."""
    number = shard_number(folder)
    if not number or not shard_path(folder).exists():
        return
    shutil.rmtree(folder / SHARD_FOLDER, ignore_errors=True)
    for other, path in builds(folder).items():
        if other < number:
            shutil.rmtree(path, ignore_errors=True)


def stored_identity(folder: Path) -> dict[str, Any]:
    """Whom the shard in use was built for. Raises IndexUnavailable when that cannot be read."""
    try:
        stored = json.loads((folder / IDENTITY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise IndexUnavailable(
            f"The index at {folder} does not say which embedder it was built with ({IDENTITY_FILE} cannot be read): "
            "restore that file, or build the index again with `proviso reindex`."
        ) from fault
    return stored if isinstance(stored, dict) else {}


def _shard(number: int) -> str:
    return f"built-{number}/{SHARD_FOLDER}"
