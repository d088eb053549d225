"""What the reading of whole documents proves without a quote, and what it does not."""

from __future__ import annotations

import pytest

from analysis.answering.mapping.absences import Absences

ABSENCES = Absences(
    without=["Holiday RV Endorsement", "NYLIAC Service Contract", "Lease"], others=["Web Site Hosting Deed"]
)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Holiday RV Endorsement contains no limitation of liability.",
        "The “Holiday RV Endorsement” does not mention liability.",
        "The Holiday RV Endorsement and the NYLIAC Service Contract do not contain such a clause.",
    ],
)
def test_absence_in_documents_that_were_read_whole_is_proven(sentence: str) -> None:
    assert ABSENCES.prove(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Web Site Hosting Deed contains no limitation of liability.",
        "The Holiday RV Endorsement and the Web Site Hosting Deed contain no such clause.",
        "The Holiday RV Endorsement does not permit assignment.",
        "The Holiday RV Endorsement contains no cap of 5,000 dollars.",
        "The Holiday RV Endorsement limits liability.",
        "The Lease contains no limitation.",
        "No cap applies.",
    ],
)
def test_anything_else_still_needs_a_quote(sentence: str) -> None:
    assert not ABSENCES.prove(sentence)


def test_without_such_documents_nothing_is_proven() -> None:
    assert not Absences([], ["Deed of Hosting"]).prove("The Deed of Hosting contains no cap.")
