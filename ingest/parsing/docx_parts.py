"""The parts of a DOCX package that matter (floor 4): which part is the document, and which notes, headers and files belong to it.

Relations say so; where a package has none, the names that Word gives its parts do.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from lxml import etree

from ingest.parsing.docx_xml import R, W, on
from ingest.parsing.package import Package, Relation
from proviso.types.documents import Attachment

BODY = "word/document.xml"
_MARGIN = re.compile(r"word/(header|footer)\d*\.xml$")
_EMBEDDED = re.compile(r"word/embeddings/[^/]+$")


class Parts:
    """Finds parts. `document` is the name of the main one."""

    def __init__(self, package: Package) -> None:
        self.package = package
        main = [each.target for each in package.relations().values() if each.kind == "officeDocument"]
        self.document = main[0] if main and main[0] in package.names() else BODY
        self.relations = package.relations(self.document)

    def related(self, kind: str) -> tuple[str, etree._Element | None]:
        """The name and root of the part that the document uses as `kind` ("styles", "footnotes", …)."""
        named = [each.target for each in self.relations.values() if each.kind == kind and not each.external]
        name = named[0] if named else f"word/{kind}.xml"
        return name, self.package.xml(name)

    def root(self, kind: str) -> etree._Element | None:
        return self.related(kind)[1]

    def margins(self, body: etree._Element) -> list[tuple[str, str]]:
        """Headers, then footers, that some section shows: what they are and their part; without any reference, all there are."""
        references = list(body.iter(f"{W}headerReference", f"{W}footerReference"))
        if not references:
            found = [(match.group(1), name) for name in sorted(self.package.names()) if (match := _MARGIN.match(name))]
        else:
            even = on(self.root("settings"), f"{W}evenAndOddHeaders")
            found = [
                (relation.kind, relation.target)
                for reference in references
                if (relation := self.relations.get(reference.get(f"{R}id", ""))) and _is_shown(reference, even)
            ]
        return sorted(dict.fromkeys(found), key=lambda margin: margin[0] == "footer")

    def attachments(self) -> tuple[Attachment, ...]:
        """Files inside the file: embedded objects and imported documents."""
        names = {name for name in self.package.names() if _EMBEDDED.match(name)}
        names |= {each.target for each in self.relations.values() if each.kind == "aFChunk" and not each.external}
        kept = set(self.package.names())
        return tuple(
            Attachment(PurePosixPath(name).name, self.package.size(name)) for name in sorted(names) if name in kept
        )

    def has_macros(self) -> bool:
        return any(name.lower().endswith("vbaproject.bin") for name in self.package.names())


def _is_shown(reference: etree._Element, even: bool) -> bool:
    """First-page and even-page headers are there only where a section, or the document, has such pages."""
    kind = reference.get(f"{W}type", "default")
    return (
        (kind == "default")
        or (kind == "even" and even)
        or (kind == "first" and on(reference.getparent(), f"{W}titlePg"))
    )


def hyperlinks(package: Package, part: str) -> dict[str, Relation]:
    """Where the links of a part lead."""
    return {key: each for key, each in package.relations(part).items() if each.kind == "hyperlink"}
