"""Words become sparse vectors the same way everywhere, with the weights of BM25."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from records.index.bm25 import CHUNKS, NAMES, document_vector, query_vector, token_id, words
from records.index.languages import STEMMERS


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
    first, *others = (document_vector(form).tokens for form in forms)
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
    weights = dict(zip(vector.tokens, vector.weights, strict=True))
    norm = 1.2 * (1 - 0.75 + 0.75 * 3 / CHUNKS.mean_words)
    assert weights[token_id("notice")] == pytest.approx(2 * (1.2 + 1) / (2 + norm))
    assert weights[token_id("termination")] == pytest.approx((1.2 + 1) / (1 + norm))
    assert list(vector.tokens) == sorted(vector.tokens)


def test_the_same_word_weighs_less_in_a_longer_chunk() -> None:
    short, long = document_vector("notice"), document_vector("notice " + "insurance liability " * 40)
    at = long.tokens.index(token_id("notice"))
    assert long.weights[at] < short.weights[0]


def test_a_word_asked_more_than_twice_counts_twice() -> None:
    assert query_vector("notice notice notice notice").weights == (2.0,)
    assert query_vector("notice").weights == (1.0,)


def test_generic_words_of_a_question_are_left_out_but_kept_in_chunks() -> None:
    assert query_vector("Which clauses of the agreement mention insurance?").tokens == (token_id("insurance"),)
    assert token_id("agreement") in document_vector("this agreement").tokens


def test_a_question_of_generic_words_only_keeps_them() -> None:
    assert set(query_vector("which section of the agreement?").tokens) == {token_id("section"), token_id("agreement")}


def test_a_text_without_words_is_an_empty_vector() -> None:
    assert document_vector("— § —").tokens == ()
    assert query_vector("what is it").tokens == ()


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


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de", ("Kündigung", "Kündigungen")),
        ("de-AT", ("Vertrages", "Vertrags")),
        ("fr", ("résiliation", "résiliations")),
        ("es", ("obligaciones", "obligación")),
        ("ru", ("договора", "договором")),
    ],
)
def test_forms_of_a_word_meet_in_its_own_language(language: str, forms: tuple[str, ...]) -> None:
    first, *others = (document_vector(form, language).tokens for form in forms)
    assert first
    assert all(other == first for other in others)


def test_little_words_are_left_out_in_their_own_language_only() -> None:
    assert words("die Laufzeit der Vereinbarung", "de") == ["laufzeit", "vereinbarung"]
    assert words("L’accord et la résiliation d’une partie", "fr") == ["accord", "résiliation", "partie"]
    assert words("the die is cast", "en") == ["die", "cast"]
    assert words("the term", "cs") == ["the", "term"]


@pytest.mark.parametrize("unknown", [None, "", "und", "english", "x", "12"])
def test_a_text_of_no_known_language_is_read_as_english(unknown: str | None) -> None:
    text = "Either party may terminate these agreements"
    assert document_vector(text, unknown) == document_vector(text, "en") == document_vector(text)


def test_words_of_a_language_without_a_stemmer_are_taken_as_they_stand() -> None:
    assert document_vector("договори", "uk").tokens == (token_id("договори", "uk"),)
    assert token_id("договори", "uk") != token_id("договорів", "uk")


def test_a_language_without_spaces_is_matched_by_pairs_of_letters() -> None:
    assert words("契約の解除 ISO", "ja") == ["契約", "約の", "の解", "解除", "iso"]
    asked, stored = query_vector("解除", ["ja"]), document_vector("契約の解除について", "ja")
    assert set(asked.tokens) < set(stored.tokens)


def test_a_question_to_documents_of_several_languages_has_the_words_of_each_once() -> None:
    said = "termination Kündigungen 2026"
    both = query_vector(said, ["de", "en", None, "de-CH"])
    assert set(both.tokens) == {*query_vector(said, ["de"]).tokens, *query_vector(said, ["en"]).tokens}
    assert set(both.weights) == {1.0}
    assert list(both.tokens) == sorted(both.tokens)
    assert query_vector(said, []) == query_vector(said)


def test_every_stemmer_named_exists_and_stems() -> None:
    for code, word in zip(sorted(STEMMERS), "agreements" * len(STEMMERS), strict=False):
        assert isinstance(token_id(word, code), int)


def test_names_and_openings_of_documents_are_weighed_by_presence_more_than_by_length() -> None:
    short, long = (document_vector("visium " + "other " * count, "en", NAMES) for count in (2, 40))
    at = [vector.weights[vector.tokens.index(token_id("visium"))] for vector in (short, long)]
    assert at[0] > at[1] > 0.85 * at[0]
