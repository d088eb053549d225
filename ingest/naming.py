"""What a version is called, into the index (floor 4): one point for each, by which a question finds the document it names."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.awaiting import patiently
from ingest.structure.names import OPENING_CHARS, aliases_of, name_words
from proviso.ids import document_point_id
from proviso.types.search import DocumentPoint
from records.catalog.rows import VersionRecord
from records.index.in_use import InUse, Pair
from records.texts import Texts


@dataclass(frozen=True, slots=True)
class Naming:
    """Writes the points. Done again with another title, it replaces them."""

    texts: Texts
    in_use: InUse

    async def tell(self, version: VersionRecord) -> None:
        """Of a live version, after the commit that named it so. In the index in use, and durable, when this returns."""
        await self.in_use.keep(lambda pair: self.tell_to(pair, version))

    async def tell_to(self, pair: Pair, version: VersionRecord) -> None:
        """Durable in this index when this returns."""
        point = document_point(version, (await self.texts.text(version.version_id))[:OPENING_CHARS])
        await patiently(lambda: pair.index.upsert_documents([point]))


def document_point(version: VersionRecord, opening: str) -> DocumentPoint:
    """The point of a version whose text begins with `opening`."""
    names = aliases_of(version.filename, version.title, version.facts, opening, version.language)
    return DocumentPoint(
        id=document_point_id(version.version_id),
        workspace=version.workspace,
        document_id=version.document_id,
        version_id=version.version_id,
        names=name_words(version.filename, version.title),
        opening=opening,
        aliases=tuple(alias.encoded for alias in names),
        language=version.language,
    )
