"""An Office file as a zip of XML parts (floor 4), opened with limits that are checked before anything is unpacked.

Entry names are only looked up, never used as paths; XML is read without DTDs, entities or network. What the limits stop is a file
built to exhaust memory: no contract comes near them.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from types import TracebackType

from lxml import etree

from proviso.errors import BrokenFile, ParserLimit, PasswordRequired

MAX_ENTRIES = 10_000
MAX_PART_BYTES = 256 * 1024 * 1024
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM_BYTES = 8 * 1024 * 1024
ENCRYPTED_FLAG = 0x1
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)


class Package:
    """The parts of one Office file by name."""

    def __init__(self, path: Path, filename: str) -> None:
        self._filename = filename
        try:
            self._zip = zipfile.ZipFile(path)
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

    def xml(self, name: str) -> etree._Element | None:
        """The root of an XML part, or None when there is no such part."""
        try:
            data = self._zip.read(name)
        except KeyError:
            return None
        except UNREADABLE as error:
            raise self._broken(name) from error
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
