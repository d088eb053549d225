"""Ids of requirements (floor 4, pure): as printed ("REQ-12", "[R-3]", "SR.4.2:"), else made of the section and the rank in it.

A made id is the same for the same text, and says what it is: "4.1.2#3" is the third requirement without a printed id in 4.1.2.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from proviso.text import Span

KNOWN = r"(?:REQ|Req|RQ|R|SRS|SYS|SR|SWR|SW|HWR|HLR|LLR|FR|NFR|UR|URS|IR|PR|TR|BR|CR|RS|RQT)"
ID = (
    rf"(?:{KNOWN}[-_. ]?|[A-Z][A-Za-z]{{0,14}}(?:[-_.][A-Za-z][A-Za-z0-9]{{0,14}}){{0,5}}[-_.])"
    r"\d{1,6}(?:[.\-_]\d{1,4}){0,5}[a-z]?"
)
"""Letters and a number with a sign between them; without one ("R12", "REQ 3") only after letters that name requirements, for
"AAL2" and "Bit 6" are none."""

STANDARDS = re.compile(
    r"(?:RFC|BCP|STD|ISO|IEC|IEEE|EN|DIN|FIPS|SP|NIST|HTTP|IANA|ITU|ETSI|MIL|ANSI|ASTM|UL|CFR|ASCII|UTF|SHA|AES|TLS"
    r"|Table|Figure|Fig|Section|Step|Note|Page|Part|Annex|Appendix|Chapter|Clause|Article|Rev|Version|Level|Type|Class|Phase|Item"
    r"|Exhibit|Schedule|Example)(?![a-zA-Z])",
    re.IGNORECASE,
)
AT_START = re.compile(
    rf"[*_`\s]*(?:\[(?P<square>{ID})\]|<(?P<angle>{ID})>|\((?P<round>{KNOWN}[-_. ]?\d[\w.\-]*)\)"
    rf"|(?P<colon>{ID})(?=\*{{0,2}}\s?[:|]|\s[–—-]\s|\t)|(?P<bare>{KNOWN}(?:[-_.][A-Za-z][A-Za-z0-9]*)*[-_.]?\d{{1,6}}(?:[.\-]\d{{1,4}}){{0,5}})(?=[*_`]{{0,3}}\.?\s))[*_`]*[:|.]?[\s–—-]*"
)
AT_END = re.compile(rf"\s*[\[(<{{](?P<square>{ID})[\])>}}]\s*$")
ALONE = re.compile(rf"[*_`\[(<\s]*(?P<id>{ID})[*_`\])>:\s]*")
MOST_CHARS = 40


def id_at_start(text: str, span: Span) -> tuple[Span, int] | None:
    """The id that the words of `span` begin with, and where what it names begins; a standard's number is none."""
    match = AT_START.match(text, span.start, span.end)
    if match is None or match.end() >= span.end:
        return None
    name = next(group for group in ("square", "angle", "round", "colon", "bare") if match[group])
    return None if STANDARDS.match(match[name]) else (Span(*match.span(name)), match.end())


def id_at_end(text: str, span: Span) -> Span | None:
    """The id in brackets that the words of `span` end with, before or after the full stop."""
    end = span.start + len(span.of(text).rstrip(". "))
    match = AT_END.search(text, max(span.start, end - MOST_CHARS), end)
    return Span(*match.span("square")) if match and not STANDARDS.match(match["square"]) else None


def id_alone(text: str, span: Span) -> Span | None:
    """The id that is all that `span` says, as in the first cell of a row or on a line above its requirement."""
    match = ALONE.fullmatch(text, span.start, span.end)
    return Span(*match.span("id")) if match and not STANDARDS.match(match["id"]) else None


def names(printed: Sequence[str | None], sections: Sequence[str]) -> list[str]:
    """One id per requirement, no two alike: what is printed; "REQ-12/2" for the next sentence under the same one; else what is made."""
    used: Counter[str] = Counter()
    out: list[str] = []
    for name, section in zip(printed, sections, strict=True):
        key = name if name is not None else f"{section}#"
        used[key] += 1
        if name is None:
            out.append(f"{section}#{used[key]}")
        else:
            out.append(name if used[key] == 1 else f"{name}/{used[key]}")
    return out
