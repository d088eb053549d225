"""Every weight and size of retrieval in one place (floor 4, pure data). `evals.retrieval` sweeps them; nothing else does.

Chosen on the tune halves of the natural wordings and on the labelled questions of CUAD and ContractNLI together, never per category:
docs/benchmarks.md has the ablation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.retrieval.matching import NamingWeights


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much the cosine counts beside the words; words get the rest.

    Questions in the contracts' own words are found by words, others by meaning. Coverage tells them apart: the best BM25 that the question
    reaches in the workspace, as a share of what a chunk with every word of it, often, could reach. Of the labelled questions 95 % are above
    0.25 (CUAD: 0.31), of the natural ones 75 % below 0.26.
    """

    dense_least: float = 0.4
    """From `covered` on: words are found."""
    dense_most: float = 0.7
    """Up to `uncovered`: the question's words are not in the documents."""
    covered: float = 0.3
    uncovered: float = 0.2


@dataclass(frozen=True, slots=True)
class FeedbackWeights:
    """Pseudo-relevance feedback from other documents (Rocchio 1971; Lavrenko and Croft 2001): what the best passage of each of several
    documents says to a question is how such clauses are worded."""

    asked_of: int = 3
    """Documents at most. Of more, the passages that feedback would look for are the answer itself."""
    rounds: int = 2
    """The second looks with what the first has learnt."""
    documents: int = 25
    """At most; one passage of each, so that no long document speaks for all."""
    least_documents: int = 15
    """With fewer in reach the passages say more about the documents than about the question."""
    terms: int = 20
    terms_weight: float = 4.0
    """Of the added terms together; the question's own words sum to 1."""
    vector_weight: float = 1.0
    """Of the mean of the passages, against the question's vector."""
    dense_most: float = 0.85
    """As in `FusionWeights.dense_most`, while passages are looked for: where words do not help, they mislead feedback most of all."""
    gate: float = 0.45
    """The 15th document's best passage must reach this share of the best one's score: a question that one document alone answers has
    nothing to learn from the others. In an index of contracts, NDAs and RFCs it reaches 0.47 to 0.93 on clauses that many contracts have,
    up to 0.33 on labelled questions about an RFC, 0.65 on natural ones."""


@dataclass(frozen=True, slots=True)
class ReferenceWeights:
    """When the shipped library speaks for a workspace of fewer than `FeedbackWeights.least_documents`: where the workspace speaks as its
    documents do, and they cover the question's words (`FusionWeights`) no less than the workspace does. It is heard with the weights and
    the gate of the workspace's own feedback: others were not better."""

    near: float = 0.46
    """The least cosine between how many chunks of both hold each word. Of contracts alone in a workspace 95 % have more (amendments and
    other stubs less), NDAs 0.43 to 0.90, RFCs and NIST's guidelines 0.26 to 0.45, a privacy policy 0.49, company reports 0.36 to 0.61:
    it does not keep the last two apart, coverage does for most of their questions."""


@dataclass(frozen=True, slots=True)
class PlainWeights:
    """How much the contract words for plain ones count. They are added where `FusionWeights` takes the question for uncovered, less and
    less up to `covered`."""

    words: float = 0.5
    """Of the weight of the words that were translated."""
    vector: float = 0.5
    """Of the vector of the question with the translation, against the question's own."""


@dataclass(frozen=True, slots=True)
class RewriteWeights:
    """How much the wordings count that the configured model makes of a question, where one is asked for them (`PROVISO_REWRITE`). They are
    added as those of `PlainWeights` are, by how far the question is uncovered; a model is not asked where its words are found.

    Not measured with gpt-oss. With wordings that another language model wrote for 35 natural questions (tune half), 160 times within a
    contract: R@1 45.3 → 47.1 and R@8 79.7 → 79.4 beside feedback, 21.7 → 38.5 and 59.8 → 70.7 without, as a small workspace is. Half the
    weights gave R@1 34.7 there, twice gave 40.0, R@8 within a point; the middle is for wordings that are worse than those."""

    words: float = 1.0
    """Of the weight of the question's words, for the words of the wordings together."""
    terms: int = 24
    """Words of the wordings at most, those that say most."""
    vector: float = 1.0
    """Of the mean of the wordings' vectors, against the question's own."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a question is searched."""

    fusion: FusionWeights = field(default_factory=FusionWeights)
    feedback: FeedbackWeights | None = field(default_factory=FeedbackWeights)
    reference: ReferenceWeights | None = field(default_factory=ReferenceWeights)
    plain: PlainWeights | None = field(default_factory=PlainWeights)
    rewrite: RewriteWeights | None = field(default_factory=RewriteWeights)
    naming: NamingWeights | None = field(default_factory=NamingWeights)
    named_candidates: int = 30
    """Documents looked at by names and by opening for one that the question names."""
    named_prior: float = 1.0
    """Where several documents are meant: how much their order counts beside that of the passages."""
    rarity_chunks: int = 1000
    """Of a workspace, looked at for how rare words are in it."""
    workspace_candidates: int = 250
    """Looked at by vector and by words for passages of many documents."""
    least_candidates: int = 200
    candidates_per_result: int = 4
    """Each list gives this many candidates for every result wanted: what one list ranks low, the other may put on top."""


RECIPE = Recipe()
