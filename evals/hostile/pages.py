"""HTML, Markdown and text made to exhaust a reader (evals)."""

from __future__ import annotations

import random
from collections.abc import Iterator


def webs() -> Iterator[tuple[str, bytes]]:
    """HTML pages, by file name."""
    for depth in (1_000, 100_000):
        for tag in ("div", "table><tr><td", "ul><li", "b", "blockquote"):
            yield f"deep-{tag[:5].strip('>')}-{depth}.html", f"<html><body>{f'<{tag}>' * depth}words".encode()
    yield "spans.html", b"<html><table><tr><td colspan=2147483647 rowspan=2147483647>words<td>more</table>"
    yield "rows.html", b"<html><table>" + b"<tr><td>a<td>b" * 20_000
    yield "wide.html", b"<html><table><tr>" + b"<td>a" * 50_000
    yield "attribute.html", b"<html><p title='" + b"x" * 20_000_000 + b"'>words"
    yield "tag.html", b"<html><" + b"x" * 10_000_000 + b">words"
    yield "entities.html", b"<html><p>" + b"&amp;&#0;&#xD800;&#x110000;&bogus;" * 10_000
    yield "entity-bomb.html", b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><html><p>&b;&b;'
    yield (
        "remote.html",
        b"<html><base href='http://127.0.0.1:47009/'><iframe src=x></iframe><img src=y><link rel=stylesheet href=z>words",
    )
    yield "comment.html", b"<html><!--" + b"-" * 5_000_000 + b"words"
    yield "list-start.html", b"<html><ol start=999999999999999999999 type=i><li>a<li>b</ol><ol start=-5 reversed><li>x"
    yield "charset.html", b"<html><meta charset='nonsense-9'><p>\xff\xfe\x00words"
    yield "utf7.html", b"<html><meta charset='utf-7'><p>+ADw-script+AD4-alert(1)"
    yield "formatting.html", b"<html>" + b"<b><i><u>" * 50_000 + b"words" + b"</b></i></u>" * 50_000
    yield "misnested.html", b"<html>" + b"<table><a><tr><p><td></a>" * 20_000 + b"words"


def marks() -> Iterator[tuple[str, bytes]]:
    """Markdown and plain texts, by file name."""
    for mark in (">", "[", "![", "*", "- ", "`", "<", "#", "|", "(", "\\"):
        name = f"{ord(mark[0]):x}{len(mark)}"
        yield f"many-{name}.md", (mark * 20_000 + "words").encode()
    yield "links.md", b"[a](" * 50_000
    yield "table.md", b"|a" * 20_000 + b"\n" + b"|-" * 20_000 + b"\n" + b"|b" * 20_000
    yield "rows.md", b"|a|b|\n|-|-|\n" + b"|1|2|\n" * 20_000
    yield "references.md", b"".join(b"[%d]: x\n" % n for n in range(20_000))
    yield "nested-lists.md", b"".join(b" " * n + b"- x\n" for n in range(3_000))
    yield "one-line.txt", b"word " * 60_000
    yield "one-word.txt", b"w" * 5_000_000
    yield "numbers.txt", b"1.1.1.1." * 20_000
    yield "sections.txt", b"Section " * 40_000
    yield "parentheses.txt", b"(" * 200_000
    yield "quotes.txt", b'"' * 200_000
    yield "definitions.txt", b'"X" means "Y" (the "Z") ' * 5_000
    yield "headings.txt", b"1. TERM\n\n" * 20_000
    yield "dots.txt", b"Term . . . . . . . . . . . 5\n" * 5_000
    yield "nulls.txt", b"words\x00" * 20_000
    yield "controls.txt", bytes(range(1, 32)) * 2_000
    yield "surrogates.txt", "words \ud800 more".encode("utf-16-le", "surrogatepass") * 1000
    yield "lines.txt", b"\n" * 5_000_000 + b"words"
    yield "feeds.txt", b"words\x0c" * 20_000
    yield "noise.txt", random.Random(1).randbytes(200_000)
    yield "combining.txt", ("e" + "\u0301" * 100_000).encode()
    yield "bidi.txt", ("\u202e\u2066" * 200_000 + "words").encode()
    yield "tabs.txt", b"\t" * 3_000_000 + b"words"
