"""Words become sparse vectors the same way everywhere, with the weights of BM25."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from records.index.bm25 import AVERAGE_TOKENS, K1, B, document_vector, query_vector, token_id, words


def test_words_are_lower_case_without_stop_words_and_possessives() -> None:
    assert words("The Supplier’s obligations under Section 12.3(b)") == [
        "supplier",
        "obligations",
        "section",
        "12",
        "3",
        "b",
    ]


def test_ligatures_soft_hyphens_and_accents_survive_reading() -> None:
    assert words("con\ufb01dential ter\u00admination Société") == ["confidential", "termination", "société"]


@pytest.mark.parametrize(
    "forms", [("terminate", "termination", "terminated", "TERMINATES"), ("indemnify", "indemnified", "indemnifies")]
)
def test_forms_of_one_word_meet_in_one_token(forms: tuple[str, ...]) -> None:
    first, *others = (document_vector(form).indices for form in forms)
    assert all(other == first for other in others)


def test_different_words_have_different_tokens() -> None:
    said = ["assignment", "insurance", "liability", "renewal", "notice", "2026", "30", "000"]
    assert len({token_id(word) for word in said}) == len(said)


def test_a_token_is_the_same_number_in_every_process() -> None:
    script = "from records.index.bm25 import token_id; print(token_id('termination'))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(run.stdout) == token_id("termination") == 3_946_550_067
    assert 0 <= token_id("termination") < 2**32


def test_the_weight_of_a_word_is_its_saturated_frequency_normalised_by_length() -> None:
    vector = document_vector("notice notice termination")
    weights = dict(zip(vector.indices, vector.values, strict=True))
    norm = K1 * (1 - B + B * 3 / AVERAGE_TOKENS)
    assert weights[token_id("notice")] == pytest.approx(2 * (K1 + 1) / (2 + norm))
    assert weights[token_id("termination")] == pytest.approx((K1 + 1) / (1 + norm))
    assert list(vector.indices) == sorted(vector.indices)


def test_the_same_word_weighs_less_in_a_longer_chunk() -> None:
    short, long = document_vector("notice"), document_vector("notice " + "insurance liability " * 40)
    at = long.indices.index(token_id("notice"))
    assert long.values[at] < short.values[0]


def test_a_word_asked_more_than_twice_counts_twice() -> None:
    assert query_vector("notice notice notice notice").values == (2.0,)
    assert query_vector("notice").values == (1.0,)


def test_generic_words_of_a_question_are_left_out_but_kept_in_chunks() -> None:
    assert query_vector("Which clauses of the agreement mention insurance?").indices == (token_id("insurance"),)
    assert token_id("agreement") in document_vector("this agreement").indices


def test_a_question_of_generic_words_only_keeps_them() -> None:
    assert set(query_vector("which section of the agreement?").indices) == {token_id("section"), token_id("agreement")}


def test_a_text_without_words_is_an_empty_vector() -> None:
    assert document_vector("— § —").indices == ()
    assert query_vector("what is it").indices == ()


def test_threads_stem_without_disturbing_each_other() -> None:
    said = [
        f"{stem}{ending}{number}"
        for number in range(300)
        for stem in ("oblig", "indemn")
        for ending in ("ation", "ities")
    ]
    alone = [token_id.__wrapped__(word) for word in said]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(token_id.__wrapped__, said)) == alone
