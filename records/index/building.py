"""An index built anew beside the one in use (records): in a folder of its own, put to use in one step once it is whole.

The build is held by its own index process, not the index folder: a service may run on that, start and end meanwhile. Killed anywhere,
the index in use is what it was, and the next build goes on with the points that are there.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from proviso.errors import IndexUnavailable
from records.durably import write_durably
from records.index.client import EdgeIndex
from records.index.holder import held
from records.index.place import (
    SHARD_FOLDER,
    builds,
    built,
    note_identity,
    shard_number,
    stored_identity,
    use_build,
)
from records.index.process import ourselves
from records.index.schema import identity, is_same, require_same

NOTES_FILE = "notes.json"


@dataclass(frozen=True, slots=True)
class Build:
    """A place in the index folder where one is built anew, for one embedder."""

    folder: Path
    number: int
    dimensions: int
    embedder: str

    @property
    def place(self) -> Path:
        return built(self.folder, self.number)

    def begin(self) -> None:
        """Go on with a build for the same embedder, or begin. Blocks while the index process of a build that was killed ends. Raises
        Locked while another process builds here."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_for(self.place, self.dimensions, self.embedder):
            self.discard()

    def begin_with(self, copy: Path) -> None:
        """Begin with what a copy of an index (`EdgeIndex.copy_to`) holds. Raises IndexUnavailable for one that is not whole or for another
        embedder; Locked."""
        require_same(stored_identity(copy), identity(self.dimensions, self.embedder), str(copy))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.discard()
        self.place.mkdir(mode=0o700)
        shutil.copytree(copy / SHARD_FOLDER, self.place / SHARD_FOLDER)
        note_identity(self.place, identity(self.dimensions, self.embedder))

    async def open(self) -> EdgeIndex:
        """The index that is being built, as far as it has come. One that cannot be opened is begun again."""
        try:
            return await EdgeIndex.open(self.place, self.dimensions, self.embedder)
        except IndexUnavailable:
            self.discard()
            return await EdgeIndex.open(self.place, self.dimensions, self.embedder)

    def discard(self) -> None:
        """Begin again from nothing; waits for the index process of a build that was killed."""
        if self.place.is_dir():
            with held(self.place, ourselves()):
                shutil.rmtree(self.place)

    def use(self) -> None:
        """The index that was built is the one in use from the next start on. What was before goes with `place.sweep`, once nobody has it
        open."""
        use_build(self.folder, self.number, identity(self.dimensions, self.embedder))

    def note(self, text: str) -> None:
        """Keep something for the run that goes on with this one."""
        write_durably(self.place / NOTES_FILE, text.encode())

    def noted(self) -> str | None:
        return _read(self.place / NOTES_FILE)


def next_number(folder: Path, known: int | None) -> int:
    """The number of the next build: one more than that of the index in use by the folder and by the catalog. Where the folder does not
    say which is in use, the last one may be whole and is gone on with."""
    used = shard_number(folder)
    last = max(builds(folder), default=0) if used is None else used + 1
    return max(1, last, 0 if known is None else known + 1)


def follow_catalog(folder: Path, number: int, dimensions: int, embedder: str) -> None:
    """The folder names the index that the catalog names: a process that was killed between the two had no time to say so. Only while no
    service runs; raises Locked."""
    build = Build(folder, number, dimensions, embedder)
    if shard_number(folder) == number or not (build.place / SHARD_FOLDER).is_dir():
        return
    with held(folder, ourselves()):
        build.use()


def _is_for(place: Path, dimensions: int, embedder: str) -> bool:
    try:
        return is_same(stored_identity(place), identity(dimensions, embedder))
    except IndexUnavailable:
        return False


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None
