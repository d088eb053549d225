"""Names as words, as documents are called and questions are looked through."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proviso.names import Alias, opened, squeezed, words_of


def test_words_are_folded_and_keep_their_places() -> None:
    text = "Müller ＧｍｂＨ & Straße_9"
    found = words_of(text)
    assert [word.text for word in found] == ["müller", "gmbh", "strasse", "9"]
    assert [text[word.start : word.end] for word in found] == ["Müller", "ＧｍｂＨ", "Straße", "9"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("AcmeSupply_2019", "Acme Supply 2019"),
        ("Master%20Services%20Agreement", "Master Services Agreement"),
        ("SEC_20Filing", "SEC Filing"),
        ("IBMServices", "IBM Services"),
        ("nyliac-service", "nyliac-service"),
    ],
)
def test_a_file_name_is_opened_into_its_words(name: str, words: str) -> None:
    assert opened(name) == words


def test_an_alias_is_kept_in_the_index_as_one_string_and_comes_back_from_it() -> None:
    alias = Alias("party", ("new", "york", "life"))
    assert alias.encoded == "party:new york life"
    assert Alias.decoded(alias.encoded) == alias
    assert Alias.decoded("nickname:jo") is None


@given(st.text())
def test_every_word_stands_where_it_says_and_nothing_squeezed_is_lost(text: str) -> None:
    found = words_of(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert squeezed([text[word.start : word.end] for word in found]) == "".join(c for c in text if c.isalnum())
