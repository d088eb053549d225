"""Quotes from real contracts: spoilt in form they are found again, changed in meaning they never are."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analysis.evidence.fold import FoldedText
from analysis.evidence.resolve import resolve
from proviso.text import canonical
from tests.unit.analysis.evidence import quotations

pytestmark = pytest.mark.shared

CONTRACTS = 10
SEEDS = st.integers(0, 2**32 - 1)
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


class Contract:
    """Not a dataclass: Hypothesis prints those whole, and a contract has a megabyte."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.text = canonical(path.read_text("utf-8"))
        self.folded = FoldedText(self.text)
        self.sentences = quotations.sentences_of(self.text)
        self.words = " ".join(words(self.text))

    def __repr__(self) -> str:
        return self.name


@cache
def contracts_in(folder: Path) -> list[Contract]:
    found = (Contract(path) for path in sorted(folder.glob("*.txt"))[::7])
    return list(itertools.islice((each for each in found if len(each.sentences) > 20), CONTRACTS))


@pytest.fixture(scope="module")
def contracts(shared_data: Path) -> list[Contract]:
    return contracts_in(shared_data / "cuad" / "txt")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def stands_in(quote: str, contract: Contract) -> bool:
    """Whether a changed quote happens to be true, spacing, case and dashes aside."""
    return " ".join(words(quote)) in contract.words


@pytest.mark.parametrize("form", quotations.FORMS)
@QUICK
@given(seed=SEEDS)
def test_a_true_quote_is_found_however_its_form_was_spoilt(contracts: list[Contract], form: str, seed: int) -> None:
    rng = random.Random(seed)
    contract = rng.choice(contracts)
    sentence = rng.choice(contract.sentences)
    quote = quotations.FORMS[form](sentence, rng)
    assume(quote is not None)
    assert quote is not None
    found = resolve(quote, contract.folded)
    assert found.state != "unverified", quote
    assert found.span is not None
    assert words(found.span.of(contract.text)) == words(sentence)
    if found.state == "exact":
        assert found.span.of(contract.text) == quote


@pytest.mark.parametrize("alteration", quotations.ALTERATIONS)
@QUICK
@given(seed=SEEDS)
def test_a_quote_changed_in_meaning_is_never_verified(contracts: list[Contract], alteration: str, seed: int) -> None:
    rng = random.Random(seed)
    contract = rng.choice(contracts)
    sentence = rng.choice(contract.sentences)
    assume(
        "***" not in sentence and "__" not in sentence and "…" not in sentence and not re.search(r"\bNo\.", sentence)
    )
    quote = quotations.ALTERATIONS[alteration](sentence, rng)
    assume(quote is not None and not is_harmless(sentence, quote) and not stands_in(quote, contract))
    assert quote is not None
    found = resolve(quote, contract.folded)
    assert found.state == "unverified", (sentence, quote, found.span and found.span.of(contract.text))


def is_harmless(sentence: str, quote: str) -> bool:
    """Only an enumerator, "12.1" or "(a)", was dropped: that is allowed, and makes a quote partial."""
    lost = list((Counter(sentence.split()) - Counter(quote.split())).elements())
    gained = Counter(quote.split()) - Counter(sentence.split())
    return (
        bool(lost)
        and not gained
        and all(re.fullmatch(r"\(?(\d+(\.\d+)*|\w{1,4})[.)]+|[\d.]+|\W+", word) for word in lost)
    )


@QUICK
@given(seed=SEEDS)
def test_two_clauses_spliced_together_are_never_verified(contracts: list[Contract], seed: int) -> None:
    rng = random.Random(seed)
    contract = rng.choice(contracts)
    one, other = rng.sample(contract.sentences, 2)
    quote = quotations.spliced(one, other, rng)
    assume(quote is not None and not stands_in(quote, contract))
    assert quote is not None
    assume("..." not in quote and "***" not in quote)
    assert resolve(quote, contract.folded).state == "unverified", quote


@QUICK
@given(seed=SEEDS)
def test_a_quote_of_one_contract_is_not_found_in_another(contracts: list[Contract], seed: int) -> None:
    rng = random.Random(seed)
    here, there = rng.sample(contracts, 2)
    sentence = rng.choice(here.sentences)
    assume(not stands_in(sentence, there))
    found = resolve(sentence, there.folded)
    assert (
        found.state == "unverified" or words(found.span.of(there.text) if found.span else "")[:3] == words(sentence)[:3]
    )


@QUICK
@given(seed=SEEDS)
def test_an_innocent_ellipsis_is_partial_and_its_span_holds_every_part(contracts: list[Contract], seed: int) -> None:
    rng = random.Random(seed)
    contract = rng.choice(contracts)
    sentence = " ".join(rng.choice(contract.sentences).split())
    parts = sentence.split(" ")
    i = rng.randrange(3, max(4, len(parts) - 4))
    j = min(len(parts) - 3, i + rng.randint(1, 4))
    skipped = " ".join(parts[i:j])
    assume(0 < i < j and re.fullmatch(r"[a-z ]+", skipped) and not set(skipped.split()) & TURNING)
    head, tail = " ".join(parts[:i]), " ".join(parts[j:])
    assume(all(len(words(part)) > 2 and len(part) > 12 and re.fullmatch(r"[\w ,.]+", part) for part in (head, tail)))
    assume(not re.search(r"[-.:;]\s", head + tail[:-1]))
    found = resolve(f"{head} … {tail}", contract.folded)
    assert found.state == "partial", (head, skipped, tail)
    assert found.span is not None
    assert words(found.span.of(contract.text))[: len(words(head))] == words(head)


TURNING = set(
    "if provided provides subject until till only solely however notwithstanding but although whereas otherwise when where "
    "whether fail fails failed failure prohibit prohibits prohibited prevent prevents waive waives waived shall must may "
    "might will would should can could ought need agrees agree no not never none neither nor non cannot nothing nobody "
    "nowhere hardly barely without except excepting excepted exception exceptions excluding exclude excludes excluded "
    "unless save lest than".split()
)


def test_a_quote_across_two_pages_is_found_although_a_running_foot_stands_between_them(
    contracts: list[Contract],
) -> None:
    rng = random.Random(7)
    found = Counter[str]()
    for contract in contracts:
        plain = [" ".join(each.split()) for each in contract.sentences if len(each) > 120 and "..." not in each]
        for n, sentence in enumerate(itertools.islice(plain, 10)):
            cut = sentence.index(" ", len(sentence) // 2)
            foot = f"\n\nSource: ACME CORP, 10-K, {n + 1}/2/2010\nPage {n + 3} of 40\n\n"
            before, after = (
                f"Filler sentence number {k}.\nSource: ACME CORP, 10-K, {k}/2/2010\n"
                for k in rng.sample(range(50, 99), 2)
            )
            text = before + sentence[:cut] + foot + sentence[cut + 1 :] + "\n" + after
            found[resolve(sentence, FoldedText(text, [0, len(before) + cut + len(foot)])).state] += 1
    assert found["partial"] >= 0.95 * found.total(), found
