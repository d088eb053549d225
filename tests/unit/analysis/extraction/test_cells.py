from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.cells import numbered
from analysis.extraction.groups import array_pointer
from analysis.extraction.reply import ReplyCell
from proviso.types.extractions import Cell, Derived
from proviso.wire import from_data, to_data
from tests.unit.analysis.extraction.builders import COVERAGE, a_field, a_maker, said

TEXT = "This Agreement is governed by the laws of Delaware. Disputes follow the laws of New York. Fees are due in thirty days."
DELAWARE, NEW_YORK = "the laws of Delaware", "the laws of New York"
DUTIES = [a_field("/duties/*/who"), a_field("/duties/*/deadline", format="date")]
NESTED = [a_field("/parts/*/name"), a_field("/parts/*/tests/*/limit", type="number")]


def outcomes(cells: list[Cell]) -> dict[str, str]:
    assert len({cell.field for cell in cells}) == len(cells)
    return {cell.field: cell.outcome for cell in cells}


def test_a_value_with_a_quote_that_stands_in_the_text_is_found() -> None:
    [cell] = a_maker(TEXT).cells([a_field()], [said("/governing_law", " Delaware ", DELAWARE)])
    assert (cell.outcome, cell.value, cell.raw, cell.reason) == ("found", "Delaware", " Delaware ", None)
    assert [(item.n, item.state, item.text) for item in cell.evidence] == [(1, "exact", DELAWARE)]
    assert (cell.document_id, cell.version, cell.title, cell.coverage) == ("doc_a", 3, "Supply Agreement", COVERAGE)


def test_a_value_whose_quote_is_not_in_the_text_is_found_unverified() -> None:
    [cell] = a_maker(TEXT).cells([a_field()], [said("/governing_law", "Texas", "the laws of Texas")])
    assert (cell.outcome, cell.value, cell.reason) == ("found_unverified", "Texas", "quote_not_found")
    assert [item.state for item in cell.evidence] == ["unverified"]


def test_a_value_without_a_quote_is_found_unverified() -> None:
    [cell] = a_maker(TEXT).cells([a_field()], [said("/governing_law", "Delaware")])
    assert (cell.outcome, cell.reason, cell.evidence) == ("found_unverified", "no_quote", ())


def test_a_value_that_does_not_fit_its_field_is_kept_raw_and_never_found() -> None:
    [cell] = a_maker(TEXT).cells([a_field("/term", format="duration")], [said("/term", "soon", "due in thirty days")])
    assert (cell.outcome, cell.value, cell.raw) == ("found_unverified", None, "soon")
    assert cell.reason is not None
    assert cell.reason.startswith("value_misfit: ")
    assert cell.evidence[0].state == "exact"


def test_found_without_a_value_is_a_misfit() -> None:
    [cell] = a_maker(TEXT).cells([a_field()], [said("/governing_law", None, DELAWARE, found=True)])
    assert (cell.outcome, cell.reason) == ("found_unverified", "value_misfit: no value was given")


def test_one_quote_of_several_that_stands_in_the_text_is_enough_and_the_others_stay_in_sight() -> None:
    [cell] = a_maker(TEXT).cells([a_field()], [said("/governing_law", "Delaware", "the laws of Texas", DELAWARE)])
    assert cell.outcome == "found"
    assert [(item.n, item.state) for item in cell.evidence] == [(1, "unverified"), (2, "exact")]


def test_a_value_that_its_own_quote_states_is_found_and_says_so() -> None:
    field = a_field("/due", format="duration")
    [cell] = a_maker(TEXT).cells([field], [said("/due", "30 days", "due in thirty days")])
    assert (cell.outcome, cell.value, cell.derived) == ("found", "P30D", Derived("agrees", ("P30D",)))


def test_a_value_that_its_own_quote_denies_is_kept_but_not_simply_found() -> None:
    field = a_field("/due", format="duration")
    [cell] = a_maker(TEXT).cells([field], [said("/due", "60 days", "due in thirty days")])
    assert (cell.outcome, cell.value, cell.raw) == ("found_unverified", "P60D", "60 days")
    assert cell.reason == "value_differs_from_quote: the value is P60D, the quote says P30D"
    assert cell.derived == Derived("differs", ("P30D",))
    assert cell.evidence[0].state == "exact"


def test_only_verified_quotes_speak_for_a_value() -> None:
    field = a_field("/due", format="duration")
    [cell] = a_maker(TEXT).cells([field], [said("/due", "60 days", "due in sixty days", "due in thirty days")])
    assert (cell.outcome, cell.derived) == ("found_unverified", Derived("differs", ("P30D",)))
    [cell] = a_maker(TEXT).cells([field], [said("/due", "60 days", "due in sixty days")])
    assert (cell.reason, cell.derived) == ("quote_not_found", None)


def test_a_second_value_that_its_quote_denies_does_not_make_a_conflict() -> None:
    replies = [said("/governing_law", "Texas", NEW_YORK), said("/governing_law", "Delaware", DELAWARE)]
    [cell] = a_maker(TEXT).cells([a_field()], replies)
    assert (cell.outcome, cell.value) == ("found", "Delaware")


def test_a_cell_stored_before_values_were_read_again_still_reads() -> None:
    [cell] = a_maker(TEXT).cells([a_field()], [said("/governing_law", "Delaware", DELAWARE)])
    stored = to_data(cell)
    assert from_data(Cell, stored) == cell
    del stored["derived"]
    assert from_data(Cell, stored).derived is None


def test_what_the_model_says_is_not_there_is_absent_and_what_it_forgets_has_failed() -> None:
    cells = a_maker(TEXT).cells([a_field("/a"), a_field("/b")], [said("/a")])
    assert outcomes(cells) == {"/a": "absent", "/b": "failed"}
    assert [cell.reason for cell in cells] == [None, "field_missing_from_reply"]


def test_two_verified_values_are_conflicting_with_the_evidence_of_both() -> None:
    replies = [said("/governing_law", "Delaware", DELAWARE), said("/governing_law", "New York", NEW_YORK)]
    [cell] = a_maker(TEXT).cells([a_field()], replies)
    assert (cell.outcome, cell.value, cell.raw) == ("conflicting", None, "Delaware | New York")
    assert [(item.n, item.text) for item in cell.evidence] == [(1, DELAWARE), (2, NEW_YORK)]


def test_one_value_in_two_spellings_is_no_conflict_and_has_the_evidence_of_both() -> None:
    field = a_field("/term", format="duration")
    replies = [
        said("/term", "P1Y", DELAWARE),
        said("/term", "twelve months", NEW_YORK),
        said("/term", "P12M", DELAWARE),
    ]
    [cell] = a_maker(TEXT).cells([field], replies)
    assert (cell.outcome, cell.value) == ("found", "P1Y")
    assert [item.text for item in cell.evidence] == [DELAWARE, NEW_YORK]


def test_an_invented_second_value_does_not_make_a_conflict() -> None:
    replies = [said("/governing_law", "Texas", "the laws of Texas"), said("/governing_law", "Delaware", DELAWARE)]
    [cell] = a_maker(TEXT).cells([a_field()], replies)
    assert (cell.outcome, cell.value) == ("found", "Delaware")


def test_leaves_of_an_array_of_objects_are_cells_with_the_number_of_their_item() -> None:
    replies = [
        said("/duties/0/who", "Buyer", DELAWARE),
        said("/duties/0/deadline", "2026-03-01", DELAWARE),
        said("/duties/1/who", "Seller", DELAWARE),
        said("/duties/1/deadline"),
        said("/duties/3/deadline", "2026-04-01", NEW_YORK),
    ]
    cells = a_maker(TEXT).cells(DUTIES, replies)
    assert outcomes(cells) == {
        "/duties/0/who": "found",
        "/duties/0/deadline": "found",
        "/duties/1/who": "found",
        "/duties/1/deadline": "absent",
        "/duties/2/who": "failed",
        "/duties/2/deadline": "found",
    }
    assert [cell.field for cell in cells][:2] == ["/duties/0/who", "/duties/0/deadline"]
    assert {cell.type for cell in cells} == {"string"}


def test_items_are_numbered_from_nought_in_their_order_whatever_the_model_began_with() -> None:
    replies = [said(f"/duties/{n}/who", f"Party {n}", DELAWARE) for n in (10, 2, 1)]
    cells = a_maker(TEXT).cells(DUTIES[:1], replies)
    assert [(cell.field, cell.value) for cell in cells] == [
        ("/duties/0/who", "Party 1"),
        ("/duties/1/who", "Party 2"),
        ("/duties/2/who", "Party 10"),
    ]


def test_an_empty_array_is_one_absent_cell_at_its_own_pointer() -> None:
    for reply in ("/duties/*/who", "/duties", "/duties/0/who"):
        [cell] = a_maker(TEXT).cells(DUTIES, [said(reply)])
        assert (cell.field, cell.type, cell.outcome, cell.reason) == ("/duties", "array", "absent", None)


def test_an_array_nobody_speaks_of_has_failed() -> None:
    [cell] = a_maker(TEXT).cells(DUTIES, [said("/governing_law", "Delaware", DELAWARE)])
    assert (cell.field, cell.outcome, cell.reason) == ("/duties", "failed", "field_missing_from_reply")


def test_a_leaf_that_the_model_says_no_item_has_is_absent_in_every_item() -> None:
    replies = [said("/duties/0/who", "Buyer", DELAWARE), said("/duties/*/deadline")]
    assert outcomes(a_maker(TEXT).cells(DUTIES, replies))["/duties/0/deadline"] == "absent"


def test_items_of_a_plain_list_may_come_at_once() -> None:
    field = a_field("/parties/*", "object", "party")
    for pointer in ("/parties/*", "/parties"):
        reply = said(pointer, [{"name": "Acme", "role": "Buyer"}, "Bolt"], DELAWARE, NEW_YORK)
        cells = a_maker(TEXT).cells([field], [reply])
        assert [(c.field, c.outcome, c.value["name"], c.evidence[0].text) for c in cells] == [
            ("/parties/0", "found", "Acme", DELAWARE),
            ("/parties/1", "found", "Bolt", NEW_YORK),
        ]


def test_items_of_a_plain_list_may_come_without_numbers() -> None:
    field = a_field("/parties/*")
    replies = [said("/parties/*", "Acme", DELAWARE), said("/parties/*", "Bolt", NEW_YORK)]
    cells = a_maker(TEXT).cells([field], replies)
    assert [(cell.field, cell.value) for cell in cells] == [("/parties/0", "Acme"), ("/parties/1", "Bolt")]


def test_an_empty_list_is_an_empty_array() -> None:
    [cell] = a_maker(TEXT).cells([a_field("/parties/*")], [said("/parties", [], found=True)])
    assert (cell.field, cell.outcome) == ("/parties", "absent")


def test_leaves_without_numbers_are_never_put_together_by_guess() -> None:
    replies = [said("/duties/*/who", "Buyer", DELAWARE), said("/duties/*/deadline", "2026-03-01", NEW_YORK)]
    [cell] = a_maker(TEXT).cells(DUTIES, replies)
    assert (cell.field, cell.outcome, cell.reason) == ("/duties", "failed", "items_not_numbered")


def test_arrays_in_arrays_are_cells_at_their_own_depth() -> None:
    replies = [
        said("/parts/0/name", "Valve", DELAWARE),
        said("/parts/0/tests/0/limit", 5, DELAWARE),
        said("/parts/0/tests/1/limit", 7, DELAWARE),
        said("/parts/1/name", "Pump", DELAWARE),
        said("/parts/1/tests/*/limit"),
        said("/parts/2/name", "Pipe", DELAWARE),
    ]
    assert outcomes(a_maker(TEXT).cells(NESTED, replies)) == {
        "/parts/0/name": "found",
        "/parts/0/tests/0/limit": "found",
        "/parts/0/tests/1/limit": "found",
        "/parts/1/name": "found",
        "/parts/1/tests": "absent",
        "/parts/2/name": "found",
        "/parts/2/tests": "failed",
    }


def test_blank_cells_stand_once_for_an_array() -> None:
    cells = a_maker().blanks([a_field("/law"), *DUTIES, a_field("/parties/*")], "failed", "document_failed")
    assert [(cell.field, cell.type, cell.outcome, cell.reason) for cell in cells] == [
        ("/law", "string", "failed", "document_failed"),
        ("/duties", "array", "failed", "document_failed"),
        ("/parties", "array", "failed", "document_failed"),
    ]


def test_evidence_is_numbered_from_one() -> None:
    [cell] = a_maker(TEXT).cells([a_field()], [said("/governing_law", "Delaware", DELAWARE, NEW_YORK)])
    assert [item.n for item in numbered(reversed(cell.evidence))] == [1, 2]


POINTERS = [
    "/law",
    "/term",
    *(f"/parties/{n}" for n in ("*", 0, 1, 7)),
    "/parties",
    *(f"/duties/{n}/{leaf}" for n in ("*", 0, 2) for leaf in ("who", "deadline")),
    *(f"/parts/{n}/tests/{m}/limit" for n in ("*", 0, 1) for m in ("*", 0, 3)),
    "/parts/0/name",
    "/nothing/known",
]
REPLIES = st.lists(
    st.builds(
        ReplyCell,
        st.sampled_from(POINTERS),
        st.booleans(),
        st.sampled_from([None, "Delaware", "2026-03-01", 5, ["Acme", "Bolt"], [], {"name": "Acme"}]),
        st.lists(st.sampled_from([DELAWARE, NEW_YORK, "invented words"]), max_size=2).map(tuple),
    ),
    max_size=14,
)
ALL = [a_field("/law"), a_field("/term", format="duration"), a_field("/parties/*", "object", "party"), *DUTIES, *NESTED]


@given(REPLIES)
def test_whatever_the_model_says_every_field_has_an_outcome_and_no_pointer_two(replies: list[ReplyCell]) -> None:
    cells = a_maker(TEXT).cells(ALL, replies)
    counted = Counter(cell.field for cell in cells)
    assert set(counted.values()) == {1}
    for field in ALL:
        top = array_pointer(field.pointer) or field.pointer
        assert any(pointer == top or pointer.startswith(f"{top}/") for pointer in counted)
    assert not any("*" in pointer for pointer in counted)
    for cell in cells:
        assert (cell.outcome != "found") or any(item.state == "exact" for item in cell.evidence)
        assert (cell.value is None) or cell.outcome in ("found", "found_unverified")
        assert cell.outcome in ("found", "absent") or cell.reason


@given(REPLIES)
def test_nothing_found_with_a_quote_of_the_text_is_ever_called_absent(replies: list[ReplyCell]) -> None:
    cells = {cell.field: cell for cell in a_maker(TEXT).cells(ALL, replies)}
    tops = {array_pointer(field.pointer) or field.pointer for field in ALL}
    known = [pointer for pointer in POINTERS if pointer != "/nothing/known"]
    for reply in replies:
        if reply.found and reply.value not in (None, []) and reply.field in known:
            top = next(top for top in tops if reply.field == top or reply.field.startswith(f"{top}/"))
            assert top not in cells or cells[top].outcome != "absent"
