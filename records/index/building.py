"""An index built anew beside the one in use (records): in a folder of its own, put to use in one step once it is whole.

While a `Build` is open, the index folder is held as a service holds it: no service runs on it, and none starts. Killed anywhere, the
index in use is what it was, and the next build goes on with the points that are there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proviso.errors import IndexUnavailable
from records.index.client import EdgeIndex
from records.index.holder import held
from records.index.place import builds, built, shard_number, stored_identity, sweep, use_build
from records.index.process import ourselves
from records.index.schema import identity, is_same


@dataclass(frozen=True, slots=True)
class Build:
    """The index folder while it is built anew, for one embedder."""

    folder: Path
    number: int
    dimensions: int
    embedder: str

    @property
    def place(self) -> Path:
        return built(self.folder, self.number)

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
        """The index that was built, closed by now, is the one in use; what was before goes."""
        use_build(self.folder, self.number, identity(self.dimensions, self.embedder))
        sweep(self.folder)


@contextmanager
def building(folder: Path, dimensions: int, embedder: str) -> Iterator[Build]:
    """Hold the index folder and begin a build there, or go on with one for the same embedder. Blocks while the index process of a
    service that has died ends. Raises Locked, naming who holds the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with held(folder, ourselves()):
        build = Build(folder, _number(folder), dimensions, embedder)
        if not _is_for(build.place, dimensions, embedder):
            build.discard()
        yield build


def _number(folder: Path) -> int:
    """One more than the build in use. Where the folder does not say which that is, the last may be whole and is gone on with."""
    used = shard_number(folder)
    return max([1, *builds(folder)]) if used is None else used + 1


def _is_for(place: Path, dimensions: int, embedder: str) -> bool:
    try:
        return is_same(stored_identity(place), identity(dimensions, embedder))
    except IndexUnavailable:
        return False
