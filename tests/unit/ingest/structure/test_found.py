"""Definitions, cross-references, title, parties, dates and language of a document, each with the words that say so."""

from __future__ import annotations

import pytest

from ingest.structure.dates import dates_in
from ingest.structure.definitions import Outlined
from ingest.structure.language import language_of
from ingest.structure.references import Pointing, find_references
from ingest.structure.structured import structured
from proviso.structure import definitions_used, references_in, section_at, sections_around
from proviso.text import Span
from proviso.types.documents import BlockKind, Link, Parsed
from tests.unit.ingest.structure.builders import document, marked

PREAMBLE = (
    "This Supply Agreement (this “Agreement”) is made as of March 1, 2026 (the “Effective Date”), by and between Acme Tools, Inc., "
    "a Delaware corporation having its offices at 1 Main Street, Springfield (“Supplier”), "
    "and Beta GmbH, organized under German law (the “Customer”)."
)
PARTS = (
    "Exhibit 10.1",
    "SUPPLY AGREEMENT",
    PREAMBLE,
    "1. Definitions. As used here:",
    "“Affiliate” means any entity under common control, e.g. Gamma Inc. in Ohio. It may change.",
    "“Losses” or “Damages” shall mean: (a) costs; and",
    "(b) fees.",
    "2. Supply.",
    "2.1 Orders. Supplier fills orders as Section 3(b) and Exhibit A say, but not Section 9. Section 5 of the Securities Act applies.",
    "3. Payment.",
    "(a) Customer pays.",
    "(b) Late fees (collectively, “Charges”) follow Sections 2.1 and 3. The parties (both of them) quote “nothing”.",
    "EXHIBIT A PRICES",
    "Ten a day.",
)


@pytest.fixture(scope="module")
def contract() -> Parsed:
    return document(*PARTS)


def test_terms_are_found_where_words_define_them(contract: Parsed) -> None:
    assert [(each.term, each.form, each.section) for each in contract.definitions] == [
        ("Agreement", "parenthesis", ""),
        ("Effective Date", "parenthesis", ""),
        ("Supplier", "parenthesis", ""),
        ("Customer", "parenthesis", ""),
        ("Affiliate", "means", "1"),
        ("Losses", "means", "1"),
        ("Damages", "means", "1"),
        ("Charges", "parenthesis", "3(b)"),
    ]
    assert all(contract.text[each.term_start : each.term_end] == each.term for each in contract.definitions)


def test_a_definition_ends_with_its_sentence_or_its_items(contract: Parsed) -> None:
    spans = {each.term: contract.text[each.start : each.end] for each in contract.definitions}
    assert spans["Affiliate"] == "“Affiliate” means any entity under common control, e.g. Gamma Inc. in Ohio."
    assert spans["Damages"].endswith("(b) fees.")
    assert spans["Charges"].endswith("Late fees (collectively, “Charges”)")


def test_references_lead_to_the_one_section_of_their_number_or_nowhere(contract: Parsed) -> None:
    assert [(each.kind, each.label, each.target) for each in contract.references] == [
        ("section", "Section 3(b)", "3(b)"),
        ("exhibit", "Exhibit A", "EXHIBIT A"),
        ("section", "Section 9", None),
        ("external", "Section 5 of the Securities Act", None),
        ("section", "Sections 2.1", "2.1"),
        ("section", "3", "3"),
    ]
    first = contract.references[0]
    assert contract.text[first.start : first.end] == "Section 3(b)"
    assert first.target_start is not None
    assert contract.text[first.target_start :].startswith("(b) Late fees")


def test_a_number_that_two_sections_bear_leads_nowhere() -> None:
    done = document(
        "1. Term. A year.",
        "EXHIBIT A",
        "2. Extra. See Section 1.",
        "EXHIBIT A-1",
        "As Exhibit A says.",
        "EXHIBIT B",
        "EXHIBIT A",
    )
    assert [(each.label, each.target) for each in done.references if each.kind != "exhibit"] == [("Section 1", "1")]
    assert [each.target for each in done.references if each.label == "Exhibit A"] == [None]


def test_a_link_says_where_a_reference_leads(contract: Parsed) -> None:
    start = contract.text.index("Section 9")
    target = contract.text.index("3. Payment")
    outlined = Outlined(contract.text, contract.blocks, contract.sections)
    linked = find_references(outlined, Pointing((Link(start, start + 9, "#pay"),), {"pay": target}))
    assert next(each.target for each in linked if each.label == "Section 9") == "3"


def test_title_parties_and_dates_come_with_the_words_that_say_them(contract: Parsed) -> None:
    assert [(each.kind, each.value, each.role) for each in contract.facts] == [
        ("title", "SUPPLY AGREEMENT", None),
        ("party", "Acme Tools, Inc.", "Supplier"),
        ("party", "Beta GmbH", "Customer"),
        ("date", "2026-03-01", "dated"),
        ("date", "2026-03-01", "effective"),
    ]
    assert contract.text[contract.facts[1].start : contract.facts[1].end] == "Acme Tools, Inc."


def test_nothing_is_invented_where_a_document_says_nothing() -> None:
    done = document("Notes on a meeting.", "We spoke about the weather and about 3/4/2020, a day between the others.")
    assert done.facts == ()
    assert done.definitions == ()


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("the 23rd day of September, 2016", "2016-09-23"),
        ("May 25th, 2018", "2018-05-25"),
        ("3/29/18", "2018-03-29"),
        ("29.3.2018", "2018-03-29"),
        ("2019-10-11", "2019-10-11"),
        ("3/4/2020", None),
        ("February 30, 2020", None),
        ("March 2020", None),
    ],
)
def test_a_date_is_read_only_when_it_can_be_read_in_one_way(words: str, iso: str | None) -> None:
    assert [each.iso for each in dates_in(words, 0, len(words))] == ([iso] if iso else [])


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (
            "The parties agree that this is the whole of it and that nothing in any other paper shall be a part of it for them. "
            * 2,
            "en",
        ),
        (
            "Die Parteien sind sich einig, dass dies die ganze Vereinbarung ist und nichts in einem anderen Papier von ihr ein Teil ist. "
            * 2,
            "de",
        ),
        (
            "Le contrat est conclu entre les parties et il est régi par la loi de la République pour une durée de deux ans. "
            * 2,
            "fr",
        ),
        ("契約は当事者の間で締結され、この契約のすべての条項は両当事者を拘束するものとします。" * 3, "ja"),
        ("10 20 30 A B C", None),
    ],
)
def test_the_language_is_told_by_little_words_or_not_at_all(words: str, language: str | None) -> None:
    assert language_of(words) == language


def test_look_ups_by_span_find_what_a_passage_uses(contract: Parsed) -> None:
    start = contract.text.index("2.1 Orders")
    span = Span(start, contract.text.index("3. Payment"))
    assert [each.term for each in definitions_used(contract.text, contract.definitions, span)] == ["Supplier"]
    assert [each.label for each in references_in(contract.references, span)][:2] == ["Section 3(b)", "Exhibit A"]
    assert [each.path for each in sections_around(contract.sections, start)] == ["2", "2.1"]
    assert section_at(contract.sections, start).path == "2.1"  # type: ignore[union-attr]


def test_a_term_that_is_a_heading_stands_where_its_words_are_not_its_marks() -> None:
    parts: list[tuple[BlockKind, int, str]] = [("heading", 1, "# Glossary")]
    for term in ("Active Attack", "Applicant", "Assertion", "Verifier"):
        parts += [("heading", 2, f"## {term}"), ("paragraph", 0, f"What {term.lower()} means in this document.")]
    text, blocks = marked(*parts)
    found = structured(Parsed(text, tuple(blocks), "text/markdown"), "a.md")
    assert [text[each.term_start : each.term_end] for each in found.definitions] == [
        "Active Attack", "Applicant", "Assertion", "Verifier"
    ]  # fmt: skip
