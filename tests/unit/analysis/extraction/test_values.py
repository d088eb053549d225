from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.misfit import LONGEST_CHARS, Misfit
from analysis.extraction.schema import FORMATS
from analysis.extraction.values import normalise, sameness
from proviso.types.extractions import Field
from tests.unit.analysis.extraction.builders import a_field

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [a_field(type=kind) for kind in ("string", "number", "integer", "boolean")]
    + [a_field(format=form) for form in sorted(FORMATS)]
    + [a_field(enum=("net 30", "net 60", 5, True))]
)


@given(FIELDS, JSON)
def test_any_value_is_brought_into_form_or_refused_with_a_reason(field: Field, value: Any) -> None:
    with contextlib.suppress(Misfit):
        made = normalise(field, value)
        json.dumps(made, allow_nan=False)
        assert made is not None
        assert sameness(field, made)


@given(FIELDS, JSON)
def test_a_value_in_form_stays_as_it_is(field: Field, value: Any) -> None:
    try:
        made = normalise(field, value)
    except Misfit:
        return
    if field.format == "percentage" and made > 1:
        return
    assert normalise(field, made) == made


@pytest.mark.parametrize(
    ("field", "value", "made"),
    [
        (a_field(), "  Delaware\n", "Delaware"),
        (a_field(), 30, "30"),
        (a_field(type="number"), 5, 5),
        (a_field(type="number"), 5.0, 5),
        (a_field(type="number"), "1,200.5", 1200.5),
        (a_field(type="number"), "thirty (30)", 30),
        (a_field(type="number"), 6.022e23, 6.022e23),
        (a_field(type="integer"), "twelve", 12),
        (a_field(type="integer"), 5.0, 5),
        (a_field(type="integer"), 12345678901234567, 12345678901234567),
        (a_field(type="boolean"), True, True),
        (a_field(type="boolean"), " Yes ", True),
        (a_field(type="boolean"), "false", False),
        (a_field(format="date"), "September 14th, 2005", "2005-09-14"),
        (a_field(format="duration"), "thirty (30) days", "P30D"),
        (a_field(format="percentage"), "5%", 0.05),
        (a_field(format="percentage"), 0.05, 0.05),
        (a_field(format="percentage"), "0.05", 0.05),
        (a_field(format="percentage"), 1, 1.0),
        (a_field(format="percentage"), "150 %", 1.5),
        (a_field(format="money"), "$5,000.00", {"amount": "5000", "currency": "USD"}),
        (a_field(format="party"), "Acme Inc.", {"name": "Acme Inc.", "role": None}),
        (a_field(format="party"), {"name": " Acme ", "role": "", "x": 1}, {"name": "Acme", "role": None}),
        (a_field(enum=("a", "A")), "A", "A"),
        (a_field(enum=("Net 30", "Net 60")), " net  30", "Net 30"),
        (a_field(enum=(1, 2)), "2", 2),
    ],
)
def test_values_are_brought_into_the_form_of_their_field(field: Field, value: Any, made: Any) -> None:
    got = normalise(field, value)
    assert got == made
    assert type(got) is type(made)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (a_field(), None),
        (a_field(), "____"),
        (a_field(), "[ ]"),
        (a_field(), ["a"]),
        (a_field(), {"a": 1}),
        (a_field(), True),
        (a_field(type="number"), True),
        (a_field(type="number"), "5 %"),
        (a_field(type="number"), math.nan),
        (a_field(type="number"), math.inf),
        (a_field(type="number"), 10**400),
        (a_field(type="number"), "1,5"),
        (a_field(type="integer"), 5.5),
        (a_field(type="integer"), math.inf),
        (a_field(type="boolean"), 1),
        (a_field(type="boolean"), "perhaps"),
        (a_field(format="date"), 20200101),
        (a_field(format="duration"), 30),
        (a_field(format="percentage"), 5),
        (a_field(format="percentage"), "5"),
        (a_field(format="percentage"), -7),
        (a_field(format="percentage"), True),
        (a_field(format="money"), 500),
        (a_field(format="party"), {"name": ["a"]}),
        (a_field(format="party"), {"role": "Buyer"}),
        (a_field(format="party"), "____"),
        (a_field(enum=("a", "b")), "c"),
        (a_field(enum=("Yes", "No")), True),
        (a_field(enum=(1, 2)), True),
        (a_field(enum=("a", "A")), " a b "),
    ],
)
def test_values_that_do_not_fit_are_refused(field: Field, value: Any) -> None:
    with pytest.raises(Misfit):
        normalise(field, value)


def test_a_refusal_does_not_repeat_pages_of_text() -> None:
    with pytest.raises(Misfit) as refusal:
        normalise(a_field(format="date"), "the whole contract " * 1000)
    assert len(str(refusal.value)) < LONGEST_CHARS + 60


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        (a_field(), "Delaware", "DELAWARE"),
        (a_field(), "State of  Delaware", "State of Delaware"),
        (a_field(format="duration"), "P1Y", "P12M"),
        (a_field(format="party"), {"name": "ACME INC.", "role": None}, {"role": None, "name": "Acme Inc."}),
    ],
)
def test_values_that_say_the_same_are_seen_to_be_the_same(field: Field, one: Any, other: Any) -> None:
    assert sameness(field, one) == sameness(field, other)


def test_different_values_are_seen_to_differ() -> None:
    assert sameness(a_field(), "Delaware") != sameness(a_field(), "New York")
    assert sameness(a_field(format="duration"), "P1M") != sameness(a_field(format="duration"), "P30D")
