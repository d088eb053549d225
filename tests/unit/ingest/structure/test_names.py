"""What a document is called: names that tell it from others, and none that do not."""

from __future__ import annotations

import pytest

from ingest.structure.names import MOST_ALIASES, OPENING_CHARS, aliases_of, known, name_words, ordinary
from proviso.types.documents import Fact


def a_party(name: str, role: str | None = None) -> Fact:
    return Fact("party", name, 0, len(name), role)


def called(filename: str = "—.pdf", title: str | None = None, *parties: Fact, text: str = "") -> set[str]:
    return {alias.encoded for alias in aliases_of(filename, title, parties, text)}


def test_a_file_is_called_by_its_whole_name_and_by_the_telling_parts_of_it() -> None:
    names = called("VericelCorp_20190806_10-Q_EX-10.1_Supply Agreement.pdf")
    assert {"file:vericelcorp2019080610qex101supplyagreement", "part:vericel"} <= names
    assert not any(name.startswith("part:") and any(sign.isdigit() for sign in name) for name in names)
    assert "part:supply agreement" not in names


@pytest.mark.parametrize(("filename", "name"), [("agreement.pdf", "agreement"), ("a.pdf", "a"), ("1234.txt", "1234")])
def test_a_file_name_that_tells_nothing_is_a_name_only_in_quotation_marks(filename: str, name: str) -> None:
    assert called(filename) == {f"quoted:{name}"}
    assert called("—.pdf") == set()


def test_a_file_name_may_bring_a_folder_of_either_kind() -> None:
    assert called("C:\\deals\\nyliac-service.pdf") == called("deals/nyliac-service.pdf") == called("nyliac-service.pdf")


def test_a_party_is_called_without_article_and_legal_form_and_by_its_short_name() -> None:
    names = called("—.pdf", None, a_party("The Vericel Corporation, Inc.", "Vericel"))
    assert {"party:vericel", "short:vericel", "coined:vericel"} <= names
    assert "party:new york life insurance" in called("—.pdf", None, a_party("New York Life Insurance Company"))


@pytest.mark.parametrize("role", ["Supplier", "the Company", "Customer"])
def test_a_role_that_every_contract_has_is_no_name(role: str) -> None:
    assert not any(name.startswith("short:") for name in called("—.pdf", None, a_party("Vericel Inc.", role)))


@pytest.mark.parametrize("party", ["Company", "The Corporation", "Inc.", "12"])
def test_a_party_that_may_be_anybody_is_no_name(party: str) -> None:
    assert called("—.pdf", None, a_party(party)) == set()


def test_a_date_is_no_party() -> None:
    assert called("—.pdf", None, Fact("date", "Vericel", 0, 7)) == set()


def test_a_title_is_a_name_from_two_words_on_until_it_is_a_sentence() -> None:
    assert "title:supply agreement" in called(title="SUPPLY AGREEMENT")
    assert called(title="Agreement") == called(title=" ".join(["supply"] * 15)) == called(title="") == set()


def test_rare_words_of_the_opening_count_when_they_have_a_capital() -> None:
    names = called(text="This is made between Vericel and the Alberta office of gleeblorp.")
    assert names == {"coined:vericel", "word:alberta"}


def test_only_the_opening_is_looked_through() -> None:
    assert called(text=" " * OPENING_CHARS + "Vericel") == set()


def test_names_are_each_told_once_and_never_too_many() -> None:
    many = " ".join(f"Blorp{chr(97 + n // 26)}{chr(97 + n % 26)}q" for n in range(200))
    names = aliases_of("x.pdf", "Vericel Supply", [a_party("Vericel", "Vericel")], many)
    assert len(names) == len(set(names)) == MOST_ALIASES


def test_file_name_and_title_are_searched_as_words_and_as_they_are_written() -> None:
    assert name_words("in/AcmeSupply_2019.pdf", "Supply Agreement") == "Acme Supply 2019 AcmeSupply_2019 Agreement"
    assert name_words("a.pdf", None) == "a"


def test_the_lists_are_folded_words_and_share_none() -> None:
    assert not known() & ordinary()
    for listed in (known(), ordinary()):
        assert all(word == word.casefold() and word.isalnum() for word in listed)
