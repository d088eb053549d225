"""Numbers of answers: every case of the measurement is judged as it should be."""

from __future__ import annotations

import pytest

from evals.numbers import Case, judged, main


@pytest.mark.parametrize("case", judged(), ids=lambda case: case.sentence)
def test_a_number_is_held_against_its_evidence(case: Case) -> None:
    assert case.right, case.flagged


def test_the_command_prints_a_table_and_ends_well(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("numbers") / "numbers.json"
    assert main(["--out", str(out)]) == 0
    assert "not proven" in capsys.readouterr().out
    assert out.is_file()
