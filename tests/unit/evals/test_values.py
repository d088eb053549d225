from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.changes import changes
from evals.shorthand import durations, kind_of_miss, party_names
from evals.values import main

QUOTES = {
    "Agreement Date": ["June 21, 1999"],
    "Renewal Term": ["automatically renewed for another one (1) year"],
    "Governing Law": ["the laws of the State of California"],
    "Parties": ["I-ESCROW, INC.", "2THEMART.COM, INC."],
    "Cap On Liability": ["not more than $5,000, or fifty-five (45) days' fees, plus 5%"],
}
FIELDS = {
    "Agreement Date": "6/21/99",
    "Renewal Term": "successive 1 year",
    "Governing Law": "Delaware",
    "Parties": 'I-ESCROW, INC. ("i-Escrow"); 2THEMART.COM, INC. ("2TheMart")',
    "Cap On Liability": "Yes",
    "Insurance": "",
}


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("successive 1 year", ["P1Y"]),
        ("5 years; 2 years", ["P5Y", "P2Y"]),
        ("(6) months", ["P6M"]),
        ("2 successive 10 years", ["P10Y"]),
        ("perpetual, 11/15/2014", []),
    ],
)
def test_durations_are_read_from_shorthand(label: str, wanted: list[str]) -> None:
    assert durations(label) == wanted


def test_party_names_are_freed_of_their_definitions() -> None:
    assert party_names('A, INC. ("A"); B Ltd (the "Seller"); Each of them is a “Party”; [*]') == ["A, INC", "B Ltd"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("[]/[]/2020", "a blank in the contract"),
        ("this ___ day of May, 2004", "a blank in the contract"),
        (", 2020", "a blank in the contract"),
        ("6/21/99", "a year of two digits"),
        ("10/1/19", "a year of two digits"),
        ("April 2013", "a month without a day"),
        ("30th day of April", "a day without a year"),
        ("perpetual", "perpetual"),
        ("Effective Date: January 1, 2019", "other words with it"),
        ("3 successive 1 year", "how often it is renewed"),
        ("(6) months", "other"),
    ],
)
def test_a_label_that_is_no_value_is_of_a_kind(label: str, kind: str) -> None:
    assert kind_of_miss(label) == kind


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", "2020-02-29"),
        ("duration", "P30D"),
        ("money", {"amount": "9950", "currency": "USD"}),
        ("percentage", 0.05),
        ("place", "Delaware"),
    ],
)
def test_a_change_is_another_value_of_the_same_kind(kind: str, value: Any) -> None:
    made = [changed for _, changed in changes(kind, value, ["Delaware", "State of Delaware", "Texas"], 0)]
    assert made
    assert value not in made
    assert len({json.dumps(each) for each in made}) == len(made)


def test_the_command_counts_labels_readings_and_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extract = {"doc": "a.txt", "fields": FIELDS, "iso_dates": {"Agreement Date": "1999-06-21"}}
    rows = [
        {"doc": "a.txt", "category": category, "answers": [{"text": text} for text in texts]}
        for category, texts in QUOTES.items()
    ]
    (tmp_path / "extract.jsonl").write_text(json.dumps(extract) + "\n")
    (tmp_path / "qa.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "values.json")]) == 0
    result = json.loads((tmp_path / "values.json").read_text())
    assert result["taken"]["duration"]["taken"] == 1
    assert result["taken"]["date"]["a year of two digits"] == 1
    assert {kind: row["agrees"] for kind, row in result["read_again"].items()} == {
        "date": 1,
        "duration": 1,
        "place": 0,
        "party": 2,
        "yes or no": 0,
        "money": 1,
        "percentage": 1,
    }
    [law] = result["read_again"]["place"]["disagreements"]
    assert (law["value"], law["read"]) == ("Delaware", ["California"])
    assert result["noticed"]["date: day"]["differs"] == 1
    assert [each["words"] for each in result["clashing"]] == ["fifty-five (45)"]
    assert "value changed in" in capsys.readouterr().out
