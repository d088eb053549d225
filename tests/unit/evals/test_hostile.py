from __future__ import annotations

import pytest

from evals.documents import SAMPLES
from evals.hostile.__main__ import faults_of, hostile_files
from evals.hostile.mutations import mutations
from evals.hostile.watching import Seen

ROW = {"file": "a.pdf", "status": "failed", "code": "broken_file"}


def test_the_same_seed_damages_files_in_the_same_way() -> None:
    sources = sorted(SAMPLES.glob("*.pdf"))
    once, again, other = (list(mutations(sources, 12, seed)) for seed in (3, 3, 4))
    assert once == again
    assert once != other


@pytest.mark.slow
def test_no_two_hostile_files_share_a_name() -> None:
    names = [name for _, name, _ in hostile_files(200, 1)]
    assert len(names) == len(set(names)) == 200


def test_a_file_without_a_typed_outcome_is_a_fault_and_so_is_an_error_of_our_own() -> None:
    assert faults_of([ROW], Seen(), True, True) == []
    assert faults_of([ROW | {"status": "processing", "code": None}], Seen(), True, True)
    assert faults_of([ROW | {"code": "internal_error"}], Seen(), True, True)


def test_a_silent_service_a_lost_document_a_fat_child_and_a_call_outside_are_faults() -> None:
    assert faults_of([ROW], Seen(), False, True)
    assert faults_of([ROW], Seen(), True, False)
    assert faults_of([ROW], Seen(child_mb=4000), True, True)
    assert faults_of([ROW], Seen(unanswered=1), True, True)
    assert faults_of([ROW], Seen(connections=1), True, True)
