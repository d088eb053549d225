"""Names of states and countries (floor 4, data): where a contract's law, seat or venue may be. English names as contracts use them.

Not a gazetteer: it is asked only whether a quote names a place other than a value's, so a name that is missing costs a warning, not a
wrong one.
"""

from __future__ import annotations

import re

STATES = """Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa
Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire
New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota
Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|District of Columbia|Puerto Rico"""
PROVINCES = """Ontario|Quebec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New Brunswick|Newfoundland|Victoria
New South Wales|Queensland|Western Australia|South Australia|Tasmania"""
COUNTRIES = """Argentina|Australia|Austria|Bahamas|Belgium|Bermuda|Brazil|Bulgaria|Canada|Cayman Islands|Chile|China|Colombia|Croatia
Cyprus|Czech Republic|Denmark|Egypt|England|Estonia|Finland|France|Germany|Greece|Guernsey|Hong Kong|Hungary|Iceland|India|Indonesia|Ireland
Israel|Italy|Japan|Jersey|Kazakhstan|Kenya|Korea|Kuwait|Latvia|Lithuania|Luxembourg|Malaysia|Malta|Mauritius|Mexico|Netherlands|New Zealand
Nigeria|Northern Ireland|Norway|Pakistan|Panama|Peru|Philippines|Poland|Portugal|Qatar|Romania|Russia|Saudi Arabia|Scotland|Serbia|Singapore
Slovakia|Slovenia|South Africa|Spain|Sweden|Switzerland|Taiwan|Thailand|Turkey|Ukraine|United Arab Emirates|United Kingdom|Uruguay
Venezuela|Vietnam|Wales"""
WIDER = frozenset({"canada", "australia", "united kingdom", "china"})
"""Named beside a narrower place ("Ontario, Canada"), and often only there."""
NAMES = [name for names in (STATES, PROVINCES, COUNTRIES) for name in re.split(r"[|\n]", names)]
COUNTRY_NAMES = frozenset(name.casefold() for name in re.split(r"[|\n]", COUNTRIES))
BY_LENGTH = [r"\s+".join(name.split()) for name in sorted(NAMES, key=len, reverse=True)]
PLACE = re.compile(rf"\b(?:{'|'.join(BY_LENGTH)})\b", re.IGNORECASE)
STEM = 3
AROUND = re.compile(
    r"\b(?:the|state|commonwealth|province|people['’]?s|republic|federal|kingdom|territory|special|administrative|region|city|county"
    r"|law|laws|internal|substantive|of|and|or|in|u\.?s\.?a?|united\s+states|america|uk)\b|[\W\d_]+",
    re.IGNORECASE,
)
"""What may stand beside a place without making it another thing: "the laws of the State of Delaware, USA"."""

OTHER_NAMES = re.compile(r"\b(?:Dutch|Holland|Welsh|French|British|Britain|Danish|PRC|P\.R\.C|UK|U\.K|UAE|HK)\b")
"""Names of countries that do not begin like ours."""
SHORT = re.compile(r"\b[A-Z]{2,3}\b")


def places(text: str) -> list[str]:
    """The places that `text` names, in its own capitals; "California Street" is one too."""
    return [" ".join(match.group().split()) for match in PLACE.finditer(text)]


def is_place(text: str) -> bool:
    """Whether `text` is places and nothing else: "Delaware", "State of New York", not "New York Life"."""
    return bool(PLACE.search(text)) and not AROUND.sub("", PLACE.sub(" ", text))


def may_name(place: str, text: str) -> bool:
    """Whether `text` may mean `place` by another word: "English law", "NY", "the PRC"."""
    folded = place.casefold()
    if any(_abbreviates(match.group().casefold(), folded) for match in SHORT.finditer(text)):
        return True
    stem = rf"\b{re.escape(folded[:STEM])}"
    return folded in COUNTRY_NAMES and bool(OTHER_NAMES.search(text) or re.search(stem, text, re.IGNORECASE))


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters of `short` stand in `name` in their order, the first one first."""
    letters = iter(name)
    return short[0] == name[0] and all(letter in letters for letter in short)
