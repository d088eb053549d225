from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.misfit import Misfit
from analysis.extraction.times import duration_size, iso_date, iso_duration

FORMS = (
    "%Y-%m-%d",
    "%B %d, %Y",
    "%b. %d, %Y",
    "%d %B %Y",
    "%d day of %B, %Y",
    "the %dth day of %B %Y",
    "%d-%b-%Y",
    "%Y/%m/%d",
)


@given(st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31)), st.sampled_from(FORMS))
def test_a_date_is_read_back_from_every_form(day: dt.date, form: str) -> None:
    assert iso_date(day.strftime(form)) == day.isoformat()


@given(st.text(max_size=60))
def test_no_text_is_read_as_a_date_that_is_none(text: str) -> None:
    try:
        day = iso_date(text)
    except Misfit:
        return
    assert dt.date.fromisoformat(day).isoformat() == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("the 14th day of September, 2005", "2005-09-14"),
        ("20th day of March 2002", "2002-03-20"),
        ("first day of March, 2020", "2020-03-01"),
        ("twenty-first day of May 2015", "2015-05-21"),
        ("Nov. 02, 2019", "2019-11-02"),
        ("November 14, 2002,", "2002-11-14"),
        ("May 21,2015", "2015-05-21"),
        ("Sept 4, 2001", "2001-09-04"),
        ("as of June 1, 1998", "1998-06-01"),
        ("dated as of January 1st, 2020", "2020-01-01"),
        ("this 3rd day of\n June, 2011", "2011-06-03"),
        ("2026-03-01T00:00:00Z", "2026-03-01"),
        ("13/05/2020", "2020-05-13"),
        ("05/13/2020", "2020-05-13"),
        ("5.5.2020", "2020-05-05"),
    ],
)
def test_dates_of_contracts_are_read(text: str, day: str) -> None:
    assert iso_date(text) == day


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("05/06/2020", "day or the month"),
        ("6/21/99", "not a full date"),
        ("September 2005", "not a full date"),
        ("14 day of SEPTEMBER, 200_", "not a full date"),
        ("_____ day of _______________, 20__", "not a full date"),
        ("2020", "not a full date"),
        ("2026-03-01T14:30:00Z", "not a full date"),
        ("January 1, 2020 to January 1, 2021", "not a full date"),
        ("31 April 2020", "not a day"),
        ("2021-02-29", "not a day"),
        ("13/13/2020", "not a day"),
        ("", "not a full date"),
    ],
)
def test_what_could_be_another_date_or_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(Misfit, match=why):
        iso_date(text)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P30D", "P30D"),
        (" p1y6m ", "P1Y6M"),
        ("PT48H", "PT48H"),
        ("30 days", "P30D"),
        ("thirty (30) days", "P30D"),
        ("one hundred and twenty days", "P120D"),
        ("one hundred eighty (180) days’", "P180D"),
        ("twelve months", "P12M"),
        ("two years", "P2Y"),
        ("a year", "P1Y"),
        ("one (1) year", "P1Y"),
        ("12-month", "P12M"),
        ("one year and six months", "P1Y6M"),
        ("2 years, 6 months and 10 days", "P2Y6M10D"),
        ("three (3) calendar months", "P3M"),
        ("a period of five (5) years", "P5Y"),
        ("an initial term of three years", "P3Y"),
        ("successive one-year periods", "P1Y"),
        ("6 weeks", "P6W"),
        ("48 hours", "PT48H"),
        ("1 day, 12 hours", "P1DT12H"),
    ],
)
def test_durations_of_contracts_are_read(text: str, duration: str) -> None:
    assert iso_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10 business days", "business days"),
        ("five working days", "working days"),
        ("thirty (60) days", "two different"),
        ("30", "not a duration"),
        ("perpetual", "not a duration"),
        ("P", "not a duration"),
        ("PT", "not a duration"),
        ("P1.5Y", "not a duration"),
        ("1.5 years", "not a duration"),
        ("-3 days", "not a duration"),
        ("6 months 2 years", "not a duration"),
        ("six months; 12 months", "not a duration"),
        ("30 days after termination", "not a duration"),
        ("30 to 60 days", "not a duration"),
        ("days", "not a duration"),
        ("", "not a duration"),
    ],
)
def test_what_is_no_one_calendar_duration_is_refused(text: str, why: str) -> None:
    with pytest.raises(Misfit, match=why):
        iso_duration(text)


@given(st.text(max_size=60))
def test_what_is_accepted_as_a_duration_is_one(text: str) -> None:
    with contextlib.suppress(Misfit):
        assert min(duration_size(iso_duration(text))) >= 0


@pytest.mark.parametrize(("one", "other"), [("P1Y", "P12M"), ("P2W", "P14D"), ("P1D", "PT24H"), ("P1Y6M", "P18M")])
def test_durations_of_one_length_have_one_size(one: str, other: str) -> None:
    assert duration_size(one) == duration_size(other)


def test_a_month_is_not_thirty_days() -> None:
    assert duration_size("P1M") != duration_size("P30D")
