"""Plain text: pages, running heads, clauses and tables drawn with bars; and encodings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.charset import decode
from tests.unit.ingest.parsing.files import blocks, read

PAGES = "".join(
    f"\nWords of page {n}\nthat go on.\n\n\nBarth {'':20} Standards Track {'':10} [Page {n}]\n"
    f"\fRFC 6265 {'':10} Cookies {'':10} April 2011\n"
    for n in range(1, 5)
)
TABLE = """Table 1:

   +-------+-------------+-------+
   | Index | Header Name | Value |
   +-------+-------------+-------+
   | 1     | :authority  |       |
   | 2     | :method     | GET   |
   +-------+-------------+-------+

After.
"""
PACKET = """
    0                   1
   +-+-+-+-+-------------------+
   |F|R|R|R|   opcode          |
   +-+-+-+-+---------+---------+
   |M| Payload len   |   more  |
   +-+---------------+---------+
"""


def test_running_heads_and_feet_are_apart_from_the_text(tmp_path: Path) -> None:
    parsed = read(tmp_path, "rfc.txt", PAGES.encode())
    kinds = [kind for kind, _ in blocks(parsed)]
    assert kinds.count("footer") == 4
    assert kinds.count("header") == 4
    assert [words for kind, words in blocks(parsed) if kind == "paragraph"] == [
        f"Words of page {n}\nthat go on." for n in range(1, 5)
    ]


def test_page_marks_and_numbers_of_old_filings_are_feet(tmp_path: Path) -> None:
    source = "The first page.\n\n                 - 3 -\n<PAGE>\n\nThe second page.\n"
    assert blocks(read(tmp_path, "filing.txt", source.encode())) == [
        ("paragraph", "The first page."),
        ("footer", "- 3 -"),
        ("footer", "<PAGE>"),
        ("paragraph", "The second page."),
    ]


def test_a_clause_number_opens_a_block_without_a_blank_line_but_not_inside_a_sentence(tmp_path: Path) -> None:
    source = "The parties agree:\n(a) to pay;\n(b) to deliver as section\n8.2 of this says.\n2. Term. It lasts.\n"
    assert [words for _, words in blocks(read(tmp_path, "notes.txt", source.encode()))] == [
        "The parties agree:",
        "(a) to pay;",
        "(b) to deliver as section\n8.2 of this says.",
        "2. Term. It lasts.",
    ]


def test_a_table_drawn_with_bars_has_cells(tmp_path: Path) -> None:
    parsed = read(tmp_path, "spec.txt", TABLE.encode())
    (found,) = parsed.tables
    assert (found.rows, found.columns) == (3, 3)
    cells = [(c.row, c.column, c.header, parsed.text[c.start : c.end]) for c in found.cells]
    assert cells[:4] == [(0, 0, True, "Index"), (0, 1, True, "Header Name"), (0, 2, True, "Value"), (1, 0, False, "1")]
    assert cells[-1] == (2, 2, False, "GET")
    assert [kind for kind, _ in blocks(parsed)] == ["paragraph", "table_row", "table_row", "table_row", "paragraph"]


def test_a_drawing_of_a_packet_is_no_table(tmp_path: Path) -> None:
    assert read(tmp_path, "spec.txt", PACKET.encode()).tables == ()


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1250", "Umowa została zawarta pomiędzy stronami. Wykonawca zobowiązuje się do zapłaty kary umownej."),
        ("cp1251", "Настоящий договор вступает в силу с момента подписания."),
        ("cp1252", "Le présent contrat est conclu à Paris – “Société”. Straße Müller, año, niño."),
        ("cp1253", "Η παρούσα σύμβαση τίθεται σε ισχύ από την υπογραφή της."),
        ("cp1254", "İşbu sözleşme taraflar arasında imzalandığı tarihte yürürlüğe girer."),
        ("koi8-r", "Настоящий договор вступает в силу с момента подписания сторонами."),
        ("cp932", "本契約は、署名の日から効力を生じ、一年間有効とする。"),
        ("gb18030", "本合同自签字之日起生效，有效期一年。"),
        ("big5", "本合約自簽字之日起生效，有效期一年。"),
        ("cp949", "본 계약은 서명일로부터 효력이 발생하며 1년간 유효하다."),
        ("euc_jp", "本契約は、署名の日から効力を生じ、一年間有効とする。"),
    ],
)
def test_old_encodings_are_guessed_and_the_guess_is_said(encoding: str, words: str) -> None:
    found = decode(words.encode(encoding) * 2)
    assert found.text == words * 2
    assert [warning.code for warning in found.warnings()] == ["encoding_guessed"]


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be", "utf-16-be"])
def test_wide_encodings_are_known_with_and_without_a_mark(encoding: str) -> None:
    found = decode("The fee is €5.".encode(encoding))
    assert (found.text, found.guessed) == ("The fee is €5.", False)


def test_a_few_damaged_bytes_do_not_turn_utf8_into_something_else() -> None:
    found = decode("naïve café – ".encode() * 20 + b"\xff end")
    assert found.text.endswith("\ufffd end")
    assert [warning.code for warning in found.warnings()] == ["encoding_damaged"]


def test_a_declared_encoding_is_no_guess() -> None:
    found = decode("Straße".encode("cp1252"), "windows-1252")
    assert (found.text, found.warnings()) == ("Straße", ())
