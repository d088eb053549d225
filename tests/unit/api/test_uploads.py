from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.uploads import LONGEST_NAME, clean_name


@given(st.text(max_size=400))
def test_a_clean_name_is_printable_short_and_no_path(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= LONGEST_NAME
    assert clean.isprintable()
    assert not set(clean) & set("/\\")
    assert clean_name(clean) == clean


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("msa.pdf", "msa.pdf"),
        ("Vertrag über Öl (2. Fassung).docx", "Vertrag über Öl (2. Fassung).docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\msa.pdf", "msa.pdf"),
        ("a\x00b\x1b[31mc.pdf", "ab[31mc.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("two\nlines\u00a0and more.pdf", "two lines and more.pdf"),
        ("half\ud800.pdf", "half.pdf"),
        ("", "unnamed"),
        ("folder/", "unnamed"),
        (" \t", "unnamed"),
    ],
)
def test_names_are_cleaned_for_showing(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_a_name_that_is_too_long_keeps_its_ending() -> None:
    clean = clean_name("a" * 400 + ".docx")
    assert len(clean) == LONGEST_NAME
    assert clean.endswith("a.docx")
