"""Builds DOCX from their own XML, as Word writes them: lists, tracked changes, comments, notes, tables, fields, headers, text boxes.

    a_word_file(p("Term", num(1, 0)) + p(r("It lasts ") + deleted("one year") + inserted("two years")), numbering=LEGAL)

Text goes in as it is shown; `raw` parts go in as XML. The result opens in Word and in LibreOffice.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" mc:Ignorable="w14 w15"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
BY = 'w:author="Ann Lee" w:date="2026-03-01T09:30:00Z"'
PARTS = {
    "styles": "styles",
    "numbering": "numbering",
    "settings": "settings",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
}
STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/><w:basedOn w:val="Normal"/>'
        f'<w:pPr><w:outlineLvl w:val="{n - 1}"/></w:pPr></w:style>'
        for n in (1, 2, 3)
    )
    + '<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style>'
    '<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="SecretLine"><w:name w:val="Secret Line"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


def t(text: str, tag: str = "t") -> str:
    return f'<w:{tag} xml:space="preserve">{escape(text, quote=False)}</w:{tag}>'


def r(text: str, properties: str = "") -> str:
    """A run of text."""
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{t(text)}</w:r>"


def raw_run(xml: str) -> str:
    return f"<w:r>{xml}</w:r>"


def p(content: str = "", properties: str = "", mark: str = "") -> str:
    """A paragraph; plain words become a run. `mark` are the properties of its paragraph mark."""
    inside = content if content.startswith("<") or not content else r(content)
    ending = f"<w:rPr>{mark}</w:rPr>" if mark else ""
    return f"<w:p><w:pPr>{properties}{ending}</w:pPr>{inside}</w:p>"


def style(name: str) -> str:
    return f'<w:pStyle w:val="{name}"/>'


def num(list_id: int, depth: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'


def inserted(text: str, by: str = BY) -> str:
    return f'<w:ins w:id="900" {by}>{r(text)}</w:ins>'


def deleted(text: str, by: str = BY) -> str:
    return f'<w:del w:id="901" {by}><w:r>{t(text, "delText")}</w:r></w:del>'


def moved_from(text: str, by: str = BY) -> str:
    return f'<w:moveFrom w:id="902" {by}>{r(text)}</w:moveFrom>'


def moved_to(text: str, by: str = BY) -> str:
    return f'<w:moveTo w:id="903" {by}>{r(text)}</w:moveTo>'


def field(code: str, shown: str) -> str:
    """A complex field: its code, and what it shows."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {escape(code, quote=False)} '
        f'</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{r(shown)}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def bookmark(name: str, content: str, number: int = 1) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def commented(content: str, number: int) -> str:
    """Content that comment `number` is about."""
    return (
        f'<w:commentRangeStart w:id="{number}"/>{content}<w:commentRangeEnd w:id="{number}"/>'
        f'<w:r><w:commentReference w:id="{number}"/></w:r>'
    )


def comment(number: int, text: str, author: str = "Bo Chen", paragraph_id: str = "") -> str:
    own = f' w14:paraId="{paragraph_id}"' if paragraph_id else ""
    return (
        f'<w:comment w:id="{number}" w:author="{author}" w:date="2026-03-02T10:00:00Z" w:initials="X">'
        f"<w:p{own}>{r(text)}</w:p></w:comment>"
    )


def note_reference(number: int, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def note(number: int, text: str, kind: str = "footnote") -> str:
    return f'<w:{kind} w:id="{number}"><w:p><w:r><w:{kind}Ref/></w:r>{r(" " + text)}</w:p></w:{kind}>'


def cell(content: str = "", span: int = 1, merge: str = "", properties: str = "") -> str:
    """A cell; plain words become a paragraph. `merge` is "restart" or "continue" for cells merged downward."""
    inside = content if content.startswith("<") else p(content)
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    wide = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return f"<w:tc><w:tcPr>{wide}{merged}{properties}</w:tcPr>{inside}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(each if each.startswith('<') else cell(each) for each in cells)}</w:tr>"


def table(*rows: str, columns: int = 2) -> str:
    grid = '<w:gridCol w:w="2000"/>' * columns
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def level(
    depth: int,
    pattern: str,
    form: str = "decimal",
    start: int = 1,
    *,
    more: str = "",
    suffix: str = "",
    linked: str = "",
) -> str:
    """A level of a list definition; `more` goes between its format and its text, as `w:isLgl` and `w:lvlRestart` do."""
    restart = more if "lvlRestart" in more else ""
    legal = more if "isLgl" in more else ""
    tie = f'<w:pStyle w:val="{linked}"/>' if linked else ""
    gap = f'<w:suff w:val="{suffix}"/>' if suffix else ""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{restart}{tie}{legal}{gap}'
        f'<w:lvlText w:val="{escape(pattern)}"/><w:lvlJc w:val="left"/></w:lvl>'
    )


def abstract(number: int, *levels: str, link: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>{link}{"".join(levels)}</w:abstractNum>'


def a_list(number: int, of: int, overrides: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>'


def starts_at(depth: int, start: int) -> str:
    return f'<w:lvlOverride w:ilvl="{depth}"><w:startOverride w:val="{start}"/></w:lvlOverride>'


def text_box(content: str) -> str:
    """A text box as Word writes it: once as a drawing, once for old readers."""
    inside = f"<w:txbxContent>{content}</w:txbxContent>"
    drawing = (
        '<w:drawing><wp:inline><wp:extent cx="2000000" cy="500000"/><wp:docPr id="7" name="Box"/><a:graphic><a:graphicData '
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>'
        '<a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="500000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f"</wps:spPr><wps:txbx>{inside}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    old = f"<w:pict><v:shape><v:textbox>{inside}</v:textbox></v:shape></w:pict>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )


def a_word_file(
    body: str,
    *,
    parts: Mapping[str, str] | None = None,
    margins: Sequence[tuple[str, str, str]] = (),
    links: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    section: str = "",
) -> bytes:
    """A whole DOCX. `parts` are the contents of numbering, styles, footnotes, …; `margins` are (header or footer, which pages,
    content); `links` are addresses by relation id; `files` are further parts; `section` is more of the section's properties."""
    parts = {"styles": STYLES, "settings": "", **(parts or {})}
    relations, overrides, entries = [], [], dict(files or {})
    for kind, content in parts.items():
        root = "commentsEx" if kind == "commentsExtended" else kind
        entries[f"word/{kind}.xml"] = f"{HEAD}<{_prefix(root)} {NAMES}>{content}</{_prefix(root)}>".encode()
        relations.append((f"rId{kind}", kind, f"{kind}.xml"))
        overrides.append((f"/word/{kind}.xml", f"{TYPE}{kind}+xml"))
    references = ""
    for at, (kind, pages, content) in enumerate(margins, start=1):
        tag = "hdr" if kind == "header" else "ftr"
        entries[f"word/{kind}{at}.xml"] = f"{HEAD}<w:{tag} {NAMES}>{content}</w:{tag}>".encode()
        relations.append((f"rIdm{at}", kind, f"{kind}{at}.xml"))
        overrides.append((f"/word/{kind}{at}.xml", f"{TYPE}{kind}+xml"))
        references += f'<w:{kind}Reference w:type="{pages}" r:id="rIdm{at}"/>'
    sections = f"<w:sectPr>{references}{section}</w:sectPr>"
    entries["word/document.xml"] = f"{HEAD}<w:document {NAMES}><w:body>{body}{sections}</w:body></w:document>".encode()
    overrides.append(("/word/document.xml", f"{TYPE}document.main+xml"))
    entries["word/_rels/document.xml.rels"] = _relations(relations, links or {})
    entries["_rels/.rels"] = _relations([("rId1", "officeDocument", "word/document.xml")], {})
    entries["[Content_Types].xml"] = _types(overrides)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(entries, key=lambda name: not name.startswith("[")):
            package.writestr(name, entries[name])
    return out.getvalue()


def _prefix(root: str) -> str:
    return f"w15:{root}" if root == "commentsEx" else f"w:{root}"


def _relations(inside: Sequence[tuple[str, str, str]], links: Mapping[str, str]) -> bytes:
    every = "".join(f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{target}"/>' for key, kind, target in inside)
    every += "".join(
        f'<Relationship Id="{key}" Type="{R}/hyperlink" Target="{escape(target)}" TargetMode="External"/>'
        for key, target in links.items()
    )
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{every}</Relationships>'.encode()


def _types(overrides: Sequence[tuple[str, str]]) -> bytes:
    every = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides)
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Default Extension="bin" ContentType="application/octet-stream"/>{every}</Types>'
    ).encode()
