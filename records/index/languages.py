"""Languages for the sparse vectors (records, pure): which stemmer, which little words; English where nothing is known.

Changing a list or a stemmer changes token ids and weights, and with them the index: raise `schema.SCHEMA`.
"""

from __future__ import annotations

import importlib
import threading
from functools import lru_cache
from typing import cast

from snowballstemmer.basestemmer import BaseStemmer

ENGLISH = "en"
_STEMMERS = """
ar:arabic ca:catalan cs:czech da:danish de:german el:greek en:english eo:esperanto es:spanish et:estonian eu:basque
fa:persian fi:finnish fr:french ga:irish hi:hindi hu:hungarian hy:armenian id:indonesian it:italian lt:lithuanian
nb:norwegian ne:nepali nl:dutch nn:norwegian no:norwegian pl:polish pt:portuguese ro:romanian ru:russian sr:serbian
st:sesotho sv:swedish ta:tamil tr:turkish yi:yiddish
"""
STEMMERS = dict(pair.split(":") for pair in _STEMMERS.split())
"""ISO 639-1 code to the name of a Snowball stemmer; the words of any other language are taken as they stand."""
WITHOUT_SPACES = frozenset({"ja", "km", "lo", "my", "th", "zh"})
"""Languages whose words are not set apart; pairs of neighbouring letters take the place of words."""
NOT_A_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})
LONGEST_CODE = 3

_STOP_WORDS = {
    "en": """
a an and are as at be been but by can could did do does for from had has have how i if in into is it its may not of on
or our shall should so such than that the their them then there these they this those to under up was we were what when
where which who whom why will with would you your any all about please tell me
""",
    "de": """
aber alle als also am an auch auf aus bei bin bis das daß dass dem den der des die dies diese diesem diesen dieser dieses
durch ein eine einem einen einer eines er es für hat haben hatte ich ihr ihre im in ist kann mit nach nicht noch nur ob
oder sein sich sie sind so soll über um und uns unser unter vom von vor war was wenn wer werden wie wir wird wo zu zum zur
""",
    "fr": """
a ai au aux avec c ce ces cet cette comme d dans de des doit du elle en est et été être eux il ils j je l la le les leur
leurs lui m mais n ne nous on ont ou où par pas pour qu que quel quelle quels quelles qui s sa sans se ses si soit son
sont sous sur t tout toute tous un une vous y à
""",
    "es": """
a al algo como con cual cuál cuando de del desde donde el él ella en entre era es esta está este esto estos estas fue
ha han hasta hay la las le les lo los más me mi muy no nos o para pero por que qué quien quién se ser si sí sin sobre
son su sus también un una uno unos y ya
""",
    "it": """
a ad agli ai al all alla alle allo anche c che chi ci come con cui d da dagli dai dal dall dalla dalle dallo degli dei
del dell della delle dello di dove e ed è era essere fra gli ha hanno i il in io l la le lo ma ne negli nei nel nell
nella nelle nello non o per più qual quale quali quando questa queste questi questo se si sia sono su sugli sui sul sull
sulla sulle sullo tra un una uno
""",
    "pt": """
a ao aos as às com como da das de do dos e é ela ele em entre era essa esse esta este foi há isso isto já lhe mais mas
na não nas no nos o onde os ou para pela pelas pelo pelos por qual quais quando que quem se sem ser seu seus sua suas
são também um uma umas uns à
""",
    "nl": """
aan al alle als bij dan dat de deze die dit door een en er had heeft het hij hoe ik in is kan maar met mij na naar niet
nog of om onder ons ook op over te tegen tot uit van voor waar wat wanneer wel welke werd wie wij wordt worden ze zich
zij zijn zo zou
""",
}
STOP_WORDS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}

_local = threading.local()


@lru_cache(maxsize=1024)
def language_code(named: str | None) -> str:
    """The language whose rules are used for what ingest named: "de-AT" is German; nothing and nonsense are English."""
    code = (named or "").strip().lower().replace("_", "-").split("-")[0]
    known = code.isascii() and code.isalpha() and 1 < len(code) <= LONGEST_CODE and code not in NOT_A_LANGUAGE
    return code if known else ENGLISH


def stem(word: str, language: str) -> str:
    """The stem of a lower-case word in the language of that code, the word itself where there is no stemmer."""
    name = STEMMERS.get(language)
    return cast(str, _stemmer(name).stemWord(word)) if name else word


def _stemmer(name: str) -> BaseStemmer:
    """One stemmer for each thread: it keeps the word it works on in itself. Always the one in Python, so that every machine agrees."""
    made: dict[str, BaseStemmer] = _local.__dict__.setdefault("stemmers", {})
    if name not in made:
        module = importlib.import_module(f"snowballstemmer.{name}_stemmer")
        made[name] = getattr(module, f"{name.title()}Stemmer")()
    return made[name]
