from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.groups import FIELDS_PER_GROUP, array_pointer, group_fields
from tests.unit.analysis.extraction.builders import a_field

SHAPES = st.lists(st.integers(0, 20), max_size=12)
"""0 stands for a plain field, n for an array with n leaves."""


@given(SHAPES, st.integers(1, 20))
def test_groups_hold_every_field_once_in_order_and_never_part_an_array(shapes: list[int], size: int) -> None:
    pointers = [
        [f"/a{n}/*/{leaf}x" for leaf in range(count)] if count else [f"/f{n}"] for n, count in enumerate(shapes)
    ]
    fields = [a_field(pointer) for family in pointers for pointer in family]
    groups = group_fields(fields, size)
    assert [field for group in groups for field in group] == fields
    assert all(groups)
    for family in pointers:
        assert sum(family[0] in [field.pointer for field in group] for group in groups) == 1
        assert sum(any(field.pointer in family for field in group) for group in groups) == 1
    for group in groups:
        families = {array_pointer(field.pointer) or field.pointer for field in group}
        assert len(group) <= size or len(families) == 1


def test_a_template_of_usual_width_is_one_call() -> None:
    assert len(group_fields([a_field(f"/f{n}") for n in range(FIELDS_PER_GROUP)])) == 1
    assert len(group_fields([a_field(f"/f{n}") for n in range(FIELDS_PER_GROUP + 1)])) == 2


def test_no_fields_make_no_groups() -> None:
    assert group_fields([]) == []


def test_the_array_of_a_leaf_is_the_outermost_one() -> None:
    assert array_pointer("/terms/duties/*/parts/*/due") == "/terms/duties"
    assert array_pointer("/governing_law") == ""
