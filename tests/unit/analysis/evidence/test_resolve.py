"""Quotes against a small contract: every state, and what must never be verified."""

from __future__ import annotations

import time

import pytest

from analysis.evidence.fold import FoldedText
from analysis.evidence.resolve import Resolved, resolve
from analysis.llm.sanitize import shield
from proviso.text import Span

CONTRACT = """MASTER SERVICES AGREEMENT

12.3 Assignment. Neither party may assign this Agreement without the prior written
consent of the other party, except to an affil-
iate. The Supplier shall not be liable for indirect dam-
ages exceeding $1,200,000 or thirty (30) days of fees.

Governing Law. This Agreement shall be governed by the laws of the State of Delaware. The ofﬁce “Buyer” may terminate
at any time. The parties grant a non-exclusive license. Fees are 5% of USD 1.2 million, paid on March 1, 2026.
The temperature shall stay between -5 and 85 °C for 10–20 minutes; the shaft measures 5' by 3".
The Vendor is able to, and the Reseller is unable to, renew. The Sup plier keeps records. Notices are not able to be waived.
The Customer shall pay the fees and the Supplier shall deliver the goods. It may do so in writing.
Except, in each case of sale, the buyer shall pay all taxes due.
"""


def state_of(quote: str, text: str = CONTRACT) -> str:
    return resolve(quote, FoldedText(text)).state


def resolved_text(quote: str, text: str = CONTRACT) -> str:
    found = resolve(quote, FoldedText(text))
    return found.span.of(text) if found.span else ""


@pytest.mark.parametrize(
    "quote",
    [
        "governed by the laws of the State of Delaware.",
        "non-exclusive license",
        "exceeding $1,200,000 or thirty (30) days of fees",
        "consent of the other party, except to an affil-\niate.",
    ],
)
def test_words_that_stand_so_in_the_text_are_exact(quote: str) -> None:
    assert state_of(quote) == "exact"
    assert resolved_text(quote) == quote


@pytest.mark.parametrize(
    "quote",
    [
        "Neither party may assign this Agreement without the prior written consent of the other party",
        "The Supplier shall not be liable for indirect damages exceeding $1,200,000",
        'The office "Buyer" may terminate',
        "THIS AGREEMENT SHALL BE GOVERNED BY THE LAWS OF THE STATE OF DELAWARE.",
        "governed\u00a0by the\u200b laws of the State of Del\u00adaware",
        "[t]his Agreement shall be governed by the laws",
        "“This Agreement shall be governed by the laws”",
        "for 10 - 20 minutes",
        "between −5 and 85 °C",
    ],
)
def test_a_quote_that_differs_only_in_form_is_normalised(quote: str) -> None:
    assert state_of(quote) == "normalised"


@pytest.mark.parametrize(
    "quote",
    [
        "The ofﬁce Buyer may terminate at any time",
        "Governing Law: This Agreement shall be governed by the laws",
        "The Supplier keeps records.",
        "This Agreement shall be governed by … the State of Delaware",
        "…governed by the laws of the State of Delaware…",
        "The Customer shall pay the fees ... the goods. It may do so in writing!",
        "It may do so in writing?",
    ],
)
def test_a_quote_with_other_punctuation_or_an_innocent_ellipsis_is_partial(quote: str) -> None:
    expected = "unverified" if "the fees ..." in quote else "partial"
    assert state_of(quote) == expected


@pytest.mark.parametrize(
    "quote",
    [
        "The Supplier shall be liable for indirect damages exceeding $1,200,000",
        "The Supplier shall ... be liable for indirect damages exceeding $1,200,000",
        "be liable for indirect damages exceeding",
        "party may assign this Agreement without the prior written consent of the other party",
        "Either party may assign this Agreement without the prior written consent of the other party",
        "Neither party may assign this Agreement with the prior written consent",
        "consent of the other party, to an affiliate",
        "This Agreement shall not be governed by the laws of the State of Delaware.",
        "exclusive license",
        "Reseller is able to, renew.",
        "Notices are notable to be waived",
        "... in each case of sale, the buyer shall pay all taxes due",
    ],
)
def test_a_quote_with_a_dropped_or_added_not_is_never_verified(quote: str) -> None:
    assert resolve(quote, FoldedText(CONTRACT)) == Resolved(None, "unverified")


@pytest.mark.parametrize(
    "quote",
    [
        "exceeding $1,300,000 or thirty (30) days of fees",
        "exceeding $1,200",
        "exceeding $1 200 000 or thirty (30) days",
        "200,000 or thirty (30) days of fees",
        "exceeding $1,200,000 or thirty (60) days of fees",
        "Fees are 5",
        "Fees are 5% of USD 1.2",
        "Fees are 5% of USD 12 million",
        "paid on March 1, 2027",
        "stay between 5 and 85 °C",
        "20 minutes; the shaft measures",
        'the shaft measures 5" by 3',
    ],
)
def test_a_quote_with_another_number_is_never_verified(quote: str) -> None:
    assert state_of(quote) == "unverified"


@pytest.mark.parametrize(
    "quote",
    [
        "The Supplier shall pay the fees and the Customer shall deliver the goods.",
        "The Customer shall ... deliver the goods.",
        "The Customer shall deliver the goods. It may do so in writing.",
        "The Customer shall pay the goods.",
        "The Supplier shall indemnify the Customer against all claims of third parties.",
        "",
        "…",
        "   ",
    ],
)
def test_spliced_moved_and_invented_words_are_never_verified(quote: str) -> None:
    assert state_of(quote) == "unverified"


@pytest.mark.parametrize("quote", ["5%", "Delaware", "1,200,000", "March 1, 2026", "12.3"])
def test_a_short_quote_counts_when_it_is_a_figure_or_name_that_stands_once(quote: str) -> None:
    assert state_of(quote) == "exact"


@pytest.mark.parametrize("quote", ["fees", "Supplier", "the", "not", "may", "delaware", "30 d", "1.2"])
def test_another_short_quote_proves_nothing(quote: str) -> None:
    assert state_of(quote) == "unverified"


def test_of_several_places_the_one_in_a_packed_passage_wins_then_the_nearest() -> None:
    text = "The fee is due monthly.\n" * 3
    second = Span(24, 48)
    assert resolve("The fee is due monthly.", FoldedText(text), prefer=[second]).span == Span(24, 47)
    assert resolve("The fee is due monthly.", FoldedText(text), prefer=[Span(60, 72)]).span == Span(48, 71)
    assert resolve("The fee is due monthly.", FoldedText(text)).span == Span(0, 23)


def test_a_folded_place_in_a_packed_passage_beats_an_exact_one_elsewhere() -> None:
    text = "The fee is due monthly. Later: The fee is\ndue monthly."
    assert resolve("The fee is due monthly.", FoldedText(text), prefer=[Span(24, len(text))]).state == "normalised"


def test_a_fragment_that_follows_a_not_in_one_place_is_found_in_another() -> None:
    text = "The Agent shall not disclose the terms to anyone. The Buyer may disclose the terms to anyone."
    found = resolve("disclose the terms to anyone", FoldedText(text))
    assert found.span is not None
    assert found.span.start > text.index("Buyer")


FOOTED = """ACME MASTER AGREEMENT
The Customer shall promptly notify
Page 12 of 40
ACME MASTER AGREEMENT
the Supplier of any breach of which it becomes aware.
"""


def test_a_quote_across_a_page_break_with_its_furniture_is_partial_and_spans_both_parts() -> None:
    found = resolve("The Customer shall promptly notify the Supplier of any breach", FoldedText(FOOTED))
    assert found.state == "partial"
    assert found.span is not None
    assert found.span.of(FOOTED).startswith("The Customer")
    assert found.span.of(FOOTED).endswith("any breach")


def test_a_lone_page_number_is_furniture_only_where_a_page_begins() -> None:
    text = "The Customer shall promptly notify\n12\nthe Supplier of any breach of which it becomes aware.\n"
    quote = "The Customer shall promptly notify the Supplier of any breach"
    assert resolve(quote, FoldedText(text)).state == "unverified"
    assert resolve(quote, FoldedText(text, [0, text.index("the Supplier")])).state == "partial"


def test_a_line_of_text_between_two_pages_is_not_furniture() -> None:
    text = "The Customer shall promptly\nand at its own cost\nnotify the Supplier of any breach of which it becomes aware.\n"
    quote = "The Customer shall promptly notify the Supplier of any breach"
    assert resolve(quote, FoldedText(text, [0, text.index("notify")])).state == "unverified"


def test_a_negation_in_the_furniture_is_not_passed_over() -> None:
    text = "DO NOT COPY\nThe Customer shall\nDO NOT COPY\nnotify the Supplier of any breach.\n"
    assert resolve("The Customer shall notify the Supplier of any breach.", FoldedText(text)).state == "unverified"


def test_an_enumerator_left_out_of_a_quote_makes_it_partial() -> None:
    text = "Assignment.\n12.1 Either party may assign this Agreement to (a) an affiliate or (b) a successor."
    assert state_of("Assignment. Either party may assign this Agreement", text) == "partial"


@pytest.mark.parametrize("word", ["exclusively", "promptly", "weekly"])
def test_one_word_more_at_either_end_makes_it_another_quote(word: str) -> None:
    quote = "This Agreement shall be governed by the laws of the State of Delaware"
    assert state_of(quote) == "exact"
    assert state_of(f"{quote} {word}") == "unverified"
    assert state_of(f"{word} {quote}") == "unverified"


@pytest.mark.parametrize(
    "quote",
    [
        "This Agreement [sic] shall be governed by the laws of the State of Delaware",
        "This Agreement shall be governed by the laws of the State of Delaware [emphasis added].",
        "This Agreement shall be governed by the laws (Emphasis Supplied)",
    ],
)
def test_an_editors_note_in_a_quote_makes_it_partial(quote: str) -> None:
    assert state_of(quote) == "partial"


def test_an_editors_bracket_around_a_letter_is_removed_anywhere_and_kept_where_the_text_has_it() -> None:
    assert state_of("[t]his Agreement shall be governed by [t]he laws") == "normalised"
    text = "The court held that [t]he fee is due at once."
    assert state_of("held that [t]he fee is due", text) == "exact"


def test_one_word_before_a_page_break_is_found_with_what_follows_it() -> None:
    quote = "Any breach of which the Supplier becomes aware is notified at once"
    text = (
        quote.replace("Any ", "ACME MASTER AGREEMENT\nAny\n7\nACME MASTER AGREEMENT\n\n") + ".\nACME MASTER AGREEMENT\n"
    )
    found = resolve(quote, FoldedText(text))
    assert found.state == "partial"
    assert found.span is not None
    assert found.span.of(text).startswith("Any")


def test_a_page_break_in_the_packed_passage_is_found_although_the_words_begin_alike_elsewhere() -> None:
    head, foot = "The Customer shall promptly notify the Supplier", "\n\n12\n\n"
    text = (
        f"{head} of all visitors.\n{'x ' * 2000}\n{head}{foot}of any breach of which it is aware.\n{head} in writing.\n"
    )
    source = FoldedText(text, [0, text.index("of any breach")])
    near = Span(text.index(foot) - 60, text.index(foot) + 60)
    assert resolve(f"{head} of any breach", source, prefer=[near]).state == "partial"


def test_a_page_break_is_found_although_more_of_the_words_stand_whole_right_before_it() -> None:
    twin = "Within 30 days the Supplier shall provide a copy of all listings for used products.\n"
    broken = "Within 30 days the Supplier shall provide\n\n12\n\na copy of all listings for new products.\n"
    source = FoldedText(twin + broken, [0, len(twin) + broken.index("a copy")])
    quote = "Within 30 days the Supplier shall provide a copy of all listings for new products."
    found = resolve(quote, source, prefer=[Span(0, len(twin + broken))])
    assert found.state == "partial"
    assert found.span == Span(len(twin), len(twin + broken) - 1)


def test_a_redaction_in_a_quote_is_no_ellipsis_of_its_own() -> None:
    text = (
        "ACME MASTER AGREEMENT\nThe audit is held up to [...***...] a\n7\nACME MASTER AGREEMENT\nyear by the Buyer.\n"
    )
    assert state_of("The audit is held up to [...***...] a year by the Buyer.", text) == "partial"


def test_the_heading_exceptions_does_not_turn_the_sentence_below_it() -> None:
    text = (
        "5 EXCEPTIONS\nThe duties set out in clause 4 shall not apply.\nwith the exception\nof goods in transit by sea"
    )
    assert state_of("The duties set out in clause 4 shall not apply.", text) == "exact"
    assert state_of("of goods in transit by sea", "without exception\nof goods in transit by sea") == "unverified"


def test_bullets_of_symbol_fonts_are_no_letters() -> None:
    assert (
        state_of("only used for the Purpose and not copied", "\uf0b7 only used for the Purpose\n\uf0b7 and not copied")
        == "partial"
    )


@pytest.mark.parametrize("tail", ["if asked", "and Texas", "or not", "for two years", "except in court"])
def test_a_tail_that_weighs_is_not_forgiven(tail: str) -> None:
    assert state_of(f"This Agreement shall be governed by the laws of the State of Delaware {tail}") == "unverified"


def test_a_quote_of_shielded_harmony_markers_is_verified() -> None:
    text = "The log shows <|start|>assistant and <|end|> in the payload."
    assert state_of(shield("The log shows <|start|>assistant and <|end|>"), text) == "normalised"


def test_quotes_in_scripts_without_spaces_and_with_combining_marks_are_found() -> None:
    assert state_of("契約期間は二年とする", "第1条 契約期間は二年とする。ただし延長できる。") == "exact"
    assert state_of("Café Müller GmbH", "Der Vertrag mit Cafe\u0301 Mu\u0308ller GmbH endet.") == "normalised"
    assert resolved_text("Vertrag mit Café", "Der Vertrag mit Cafe\u0301 Mu\u0308ller") == "Vertrag mit Cafe\u0301"


def test_a_superscript_is_not_a_digit() -> None:
    assert state_of("an area of 102 square metres", "an area of 10² square metres") == "unverified"


def test_five_hundred_thousand_characters_are_searched_in_milliseconds() -> None:
    text = "".join(f"Clause {n}. The parties agree on item {n * 7919} of the schedule.\n" for n in range(9000))[
        :500_000
    ]
    folded = FoldedText(text)
    quotes = [
        text[400_000:400_300].replace("\n", " "),
        "The parties agree on item 1 of the schedule.",
        "Nothing like this stands in the text at all, whatever is done to it.",
        text[100_000:100_080] + " … " + text[100_300:100_380],
        "the parties agree",
    ]
    for quote in quotes:
        started = time.thread_time()
        resolve(quote, folded)
        assert time.thread_time() - started < 0.2, quote


def test_a_greek_question_mark_that_a_pdf_prints_for_a_semicolon_is_a_semicolon() -> None:
    source = FoldedText("Hence the fee is due\u037e interest accrues daily.")
    assert resolve("the fee is due; interest accrues daily", source) == Resolved(Span(6, 44), "normalised")
