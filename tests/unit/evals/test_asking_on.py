"""An answer is of the index before, of the one after, or mixed."""

from __future__ import annotations

from evals.measures.asking_on import Asked, answer_of, judged, latencies
from evals.measures.hashing import hashed

BEFORE, AFTER = (("a", 0.5), ("b", 0.4)), (("b", 0.9), ("a", 0.1))


def test_answers_are_told_apart() -> None:
    answers = [BEFORE, AFTER, (("a", 0.5), ("a", 0.1)), None]
    asked = [Asked("q", 0.0, 10.0 * n, answer) for n, answer in enumerate(answers)]
    assert judged(asked, {"q": BEFORE}, {"q": AFTER}) == {
        "requests": 4,
        "failed": 1,
        "before": 1,
        "after": 1,
        "mixed": 1,
    }
    assert latencies(asked)["longest_ms"] == 30.0


def test_a_reply_is_its_chunks_with_their_cosines() -> None:
    hit = {"chunk_id": "c", "scores": {"dense": 0.12345, "sparse": 1.0}}
    assert answer_of({"items": [hit, {"chunk_id": "d", "scores": {"dense": None}}]}) == (("c", 0.123), ("d", 0.0))


def test_a_text_is_hashed_the_same_each_time_and_words_matter() -> None:
    assert hashed("Term and Termination") == hashed("termination and TERM")
    assert hashed("term") != hashed("fees")
    assert any(hashed(""))
