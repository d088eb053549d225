"""Labelled quotes: what counts as found, what as the right page, and what is said of the others."""

from __future__ import annotations

import pytest

from evals.documents import TrueQuote
from evals.labelled import Judged, judge, summary
from tests.unit.evals.builders import a_source

FEES = "The supplier shall pay a fee of ten thousand dollars; the fee is due each March."
TERM = "This agreement runs for one year from the effective date and renews for another."


def judged(quote: str, *texts: str, pages: tuple[int, ...] = (1,)) -> Judged:
    return judge(TrueQuote("q/0", "a.pdf", quote, pages), a_source(*texts))[0]


def test_a_quote_on_its_labelled_page_has_nothing_to_be_said_about() -> None:
    found = judged("runs for one year", FEES, TERM, pages=(2,))
    assert (found.state, found.page, found.kind) == ("exact", 2, "")


def test_its_evidence_carries_the_boxes_that_are_checked() -> None:
    _, evidence = judge(TrueQuote("q/0", "a.pdf", "runs for one year", (2,)), a_source(FEES, TERM))
    assert [page.page for page in evidence.pages] == [2]


def test_a_quote_that_stands_on_another_page_only_is_a_miss() -> None:
    assert judged("runs for one year", FEES, TERM, pages=(1,)).kind == "other page"


def test_a_quote_that_also_stands_on_the_labelled_page_is_told_apart() -> None:
    found = judged("runs for one year", TERM, TERM, pages=(2,))
    assert (found.page, found.kind) == (1, "stands on several pages, the labelled one among them")


@pytest.mark.parametrize(
    ("quote", "kind"),
    [
        ("a fee of ten thousand dollars; the fee is due each Mar", "ends inside a word of the text"),
        ("upplier shall pay a fee of ten thousand dollars", "begins inside a word of the text"),
        ("fee", "too short"),
        ("The supplier shall pay a fee of tan thousand dollars; the fee is due each March.", "some letters differ"),
        ("Neither party may assign its rights without the consent of the other.", "other words than the labelled page"),
    ],
)
def test_why_a_quote_is_not_found_is_said(quote: str, kind: str) -> None:
    found = judged(quote, FEES, TERM)
    assert (found.state, found.page, found.kind) == ("unverified", None, kind)


def test_a_sign_that_only_the_text_has_is_named_by_its_code_point() -> None:
    found = judged(FEES.replace(";", ""), FEES.replace(";", "\u2318"))
    assert found.kind == "the text has a sign between that the quote has not"
    assert "U+2318" in found.detail


def test_the_summary_counts_shares_over_all_quotes() -> None:
    result = summary(
        [
            judged("runs for one year", FEES, TERM, pages=(2,)),
            judged("runs for one year", FEES, TERM, pages=(1,)),
            judged("fee", FEES, TERM),
            judged("no such words stand in this agreement at all", FEES, TERM),
        ]
    )
    assert result["states"] == {"exact": 2, "unverified": 2}
    assert (result["found"], result["page_right"]) == (2, 1)
    assert (result["found_share"], result["page_right_share_of_all"]) == (0.5, 0.25)
    assert result["page_right_share_of_found"] == 0.5
    assert sum(result["misses_by_kind"].values()) == len(result["misses"]) == 3
