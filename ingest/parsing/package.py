"""An Office file as a zip of XML parts (floor 4), opened with limits that are checked before anything is unpacked.

Entry names are only looked up, never used as paths; XML is read without DTDs, entities or network. What the limits stop is a file
built to exhaust memory: no contract comes near them.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO

from lxml import etree

from proviso.errors import BrokenFile, ParserLimit, PasswordRequired

MAX_ENTRIES = 10_000
MAX_PART_BYTES = 256 * 1024 * 1024
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM_BYTES = 8 * 1024 * 1024
ENCRYPTED_FLAG = 0x1
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/", b"http://schemas.openxmlformats.org/wordprocessingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
"""Names of "Strict Open XML" files, read as the ones that all other files use."""

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: the last word of the relation's type, and a part's name or, outside the file, an address."""

    kind: str
    target: str
    external: bool = False


class Package:
    """The parts of one Office file by name."""

    def __init__(self, source: Path | IO[bytes], filename: str) -> None:
        self._filename = filename
        try:
            self._zip = zipfile.ZipFile(source)
        except UNREADABLE as error:
            raise BrokenFile(
                f"{filename} is not a whole DOCX file. Open it in Word, save it again and upload that."
            ) from error
        self._check()

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def names(self) -> list[str]:
        return self._zip.namelist()

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked."""
        return self._zip.getinfo(name).file_size

    def relations(self, name: str = "") -> dict[str, Relation]:
        """What the part `name` (or the package) refers to, by relation id; targets are names of parts, never paths."""
        place = PurePosixPath(name)
        root = self.xml(str(place.parent / "_rels" / f"{place.name}.rels") if name else "_rels/.rels")
        found = {}
        for element in root.iter(RELATIONSHIP) if root is not None else ():
            target, external = element.get("Target", ""), element.get("TargetMode") == "External"
            if not external:
                target = target.lstrip("/") if target.startswith("/") else _beside(place, target)
            kind = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = Relation(kind, target, external)
        return found

    def xml(self, name: str) -> etree._Element | None:
        """The root of an XML part, or None when there is no such part."""
        try:
            data = self._zip.read(name)
        except KeyError:
            return None
        except UNREADABLE as error:
            raise self._broken(name) from error
        if b"http://purl.oclc.org/ooxml/" in data[:8192]:
            for strict, usual in STRICT:
                data = data.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise self._broken(name) from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise BrokenFile(
                f"{self._filename} carries a DTD, which no Office program writes. Save it again from Word."
            )
        return root

    def _broken(self, name: str) -> BrokenFile:
        return BrokenFile(
            f"{self._filename} is damaged: its part {name} cannot be read. Open it in Word, save it again and upload that."
        )

    def _check(self) -> None:
        entries = self._zip.infolist()
        if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
            raise PasswordRequired(
                f"{self._filename} is an encrypted archive. Save it without a password and upload that."
            )
        total = sum(entry.file_size for entry in entries)
        largest = max((entry.file_size for entry in entries), default=0)
        bomb = any(
            entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
            for entry in entries
        )
        if bomb or len(entries) > MAX_ENTRIES or total > MAX_TOTAL_BYTES or largest > MAX_PART_BYTES:
            raise ParserLimit(
                f"{self._filename} unpacks to {total // 1_048_576} MB in {len(entries)} parts, more than a document may. "
                "Split it, or save it as PDF."
            )


def _beside(part: PurePosixPath, target: str) -> str:
    """The name of a part that `part` refers to by a relative name."""
    names = list(part.parent.parts)
    for name in target.split("/"):
        if name == "..":
            names = names[:-1]
        elif name not in ("", "."):
            names.append(name)
    return "/".join(names)
