"""The language of a text (floor 4, pure), by its script or its commonest words; None when that does not settle it.

Counting little words settles whole documents; it is not meant for single sentences. No library: the small ones without downloads are
no longer kept, the kept ones weigh more than the parsers.
"""

from __future__ import annotations

import re
from collections import Counter

SAMPLE_CHARS = 12_000
MIN_WORDS, MIN_LETTERS = 25, 40
MIN_SHARE = 0.12
"""Of all words, the little ones of the language; English contracts have 0.35 to 0.45, lists and figures less."""
MARGIN = 1.6
_WORDS = {
    "en": "the of and to in a is that for it as with be by this are or shall from on which an not any such may will",
    "de": "der die das und ist nicht mit den von zu dem des ein eine für auf im sich werden als auch durch oder wird bei",
    "fr": "le la les de des et est dans une un du que pour pas sur par au avec qui ou sont aux ce cette être",
    "es": "el la los las de del y en que es un una por con para no se su al como o más este esta sus",
    "it": "il lo la gli le di del della e è che un una per con non in sono dei al da come nel alla o",
    "pt": "o a os as de do da dos das e que em um uma para com não por no na se ao como ou é",
    "nl": "de het een en van in is dat op te voor met niet zijn aan door of als bij wordt deze dit worden naar ook",
    "sv": "och att det som en är av för på med den till inte om ett har de i vid från eller ska kan denna",
    "da": "og at det som en er af for på med den til ikke om et har de i ved fra eller skal kan denne",
    "pl": "i w na z do nie się jest o że oraz lub przez od po za dla jak który która to są ze przy",
    "cs": "a v na se je s z do o že k by pro jako nebo za od podle po při které není jsou tak",
    "fi": "ja on ei se että oli joka kun niin tai ovat sekä myös mutta kuin jos ole sen sitä olla",
    "tr": "ve bir bu da de için ile olarak olan veya gibi daha en kadar çok ne her ise tarafından olduğu",
}
_STOP = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "el": re.compile(r"[\u0370-\u037d\u037f-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
}
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_PERSIAN = re.compile(r"[پچژگ]")
SCRIPT_SHARE = {"ja": 0.1}
"""Japanese writes half its words in Chinese signs; other scripts must make up most of the letters."""


def language_of(text: str) -> str | None:
    """ISO 639-1, or None when it is not clear."""
    middle = max(SAMPLE_CHARS, len(text) // 2)
    sample = text[:SAMPLE_CHARS] + " " + text[middle : middle + SAMPLE_CHARS]
    words = [word.lower() for word in _WORD.findall(sample)]
    script = _by_script(sample, sum(map(len, words)))
    if script is not None:
        return script
    if len(words) < MIN_WORDS:
        return None
    counts = Counter(words)
    shares = sorted(
        ((sum([counts[word] for word in stop]) / len(words), name) for name, stop in _STOP.items()), reverse=True
    )
    (best, name), (next_best, _) = shares[:2]
    return name if best >= MIN_SHARE and best >= MARGIN * next_best else None


def _by_script(sample: str, letters: int) -> str | None:
    if letters < MIN_LETTERS:
        return None
    for name, script in _SCRIPTS.items():
        if len(script.findall(sample)) > SCRIPT_SHARE.get(name, 0.5) * letters:
            unsure = (name == "ru" and len(_UKRAINIAN.findall(sample)) > 0.01 * letters) or (
                name == "ar" and len(_PERSIAN.findall(sample)) > 0.005 * letters
            )
            return None if unsure else name
    return None
