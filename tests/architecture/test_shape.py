"""Files and functions stay small, folders are packages, and nothing unfinished or foreign is left in a file."""

from __future__ import annotations

from tests.architecture import shape
from tests.architecture.tree import REPOSITORY


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    assert "\n".join(shape.long_files(REPOSITORY)) == ""


def test_no_function_is_longer_than_a_screen() -> None:
    assert "\n".join(shape.long_functions(REPOSITORY)) == ""


def test_nine_functions_of_ten_are_short() -> None:
    assert shape.p90_of_functions(REPOSITORY) <= shape.FUNCTION_LINES_P90


def test_every_folder_of_code_is_a_regular_package() -> None:
    assert "\n".join(shape.folders_that_are_no_packages(REPOSITORY)) == ""


def test_every_module_opens_with_what_it_is() -> None:
    assert "\n".join(shape.modules_without_a_paragraph(REPOSITORY)) == ""


def test_nothing_is_left_unfinished() -> None:
    assert "\n".join(shape.unfinished(REPOSITORY)) == ""


def test_no_file_names_a_package_host_or_a_path_of_one_machine() -> None:
    assert "\n".join(shape.names_of_elsewhere(REPOSITORY)) == ""
