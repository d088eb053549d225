"""Superscripts of formats whose text is built (floor 4, pure): a raised figure is written as one, because 10² is not 102."""

from __future__ import annotations

import re

_FIGURES = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_RAISABLE = re.compile(r"\s*[0-9+\-−()n]{1,12}\s*")
_MARKS = str.maketrans("0123456789ivxlcmabdefghjkno", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁱᵛˣˡᶜᵐᵃᵇᵈᵉᶠᵍʰʲᵏⁿᵒ")


def raised(text: str) -> str:
    """Text set as superscript: figures and their signs raised; words, as in 1st, stay plain."""
    return text.translate(_FIGURES) if _RAISABLE.fullmatch(text) else text


def raised_mark(mark: str) -> str:
    """The mark of a note in superscript; capital letters and signs have none and stay as they are."""
    return mark.translate(_MARKS)
