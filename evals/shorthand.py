"""The shorthand of CUAD's labels as typed values (evals, pure): "successive 1 year" is P1Y, a list of parties its names.

People wrote them for people; the product never meets them, so reading them is no business of the product's.
"""

from __future__ import annotations

import re

DURATION = re.compile(r"\(?([0-9]+)\)?\s*(year|month|week|day)s?\b", re.IGNORECASE)
DEFINITION = re.compile(r"\(.*?\)|[\"“”].*?[\"“”]")
COLLECTIVE = re.compile(r"\s*(?:each|and|of|together|collectively)\b", re.IGNORECASE)
BLANK = re.compile(r"\[[^\w\]]*\]|_+|\bof\s*,|\b[A-Z][a-z]+ ,|^\W*[0-9]{4}\W*$|(?<![/\w-])(?:19|20[0-9]?)$")
NO_DAY = re.compile(r"[A-Z][a-z]+ [0-9]{4}")
NO_YEAR = re.compile(r"\S+ day of [A-Z][a-z]+")
INTRODUCED = re.compile(r"\bDate\W+(?:means\b)?", re.IGNORECASE)
SHORT_YEAR = re.compile(r"(?:Dated )?[0-9]{1,2}([-/])[0-9]{1,2}\1[0-9]{2}")
MISSES = (
    ("a blank in the contract", BLANK),
    ("perpetual", re.compile("perpetual", re.IGNORECASE)),
    ("a year of two digits", re.compile(rf"^{SHORT_YEAR.pattern}$")),
    ("a month without a day", re.compile(rf"^{NO_DAY.pattern}$")),
    ("a day without a year", re.compile(rf"^{NO_YEAR.pattern}$")),
    ("other words with it", INTRODUCED),
    ("several values", re.compile(";")),
    ("how often it is renewed", re.compile("succes", re.IGNORECASE)),
)
"""Kinds of labels that are no value of their field, the first that fits."""


def durations(label: str) -> list[str]:
    """Every duration of a label, as ISO 8601."""
    return [f"P{int(number)}{unit[0].upper()}" for number, unit in DURATION.findall(label)]


def party_names(label: str) -> list[str]:
    """The names of a label, without the terms that the contract defines for them."""
    names = (" ".join(DEFINITION.sub(" ", part).split()).strip(" ,.") for part in label.split(";"))
    return [name for name in names if sum(ch.isalpha() for ch in name) > 1 and not COLLECTIVE.match(name)]


def parts(label: str) -> list[str]:
    """The values of a label that gives several: "Illinois; New York"."""
    return [part.strip() for part in label.split(";") if any(ch.isalnum() for ch in part)]


def kind_of_miss(label: str) -> str:
    """Why a label is no value of its field, by its form."""
    return next((kind for kind, form in MISSES if form.search(label)), "other")
