"""Only what says that the documents are silent may go without a quote; a prohibition may not."""

from __future__ import annotations

import pytest

from analysis.evidence.absence import is_bare_absence
from analysis.evidence.check import unsupported


@pytest.mark.parametrize(
    "sentence",
    [
        "Neither party may assign this Agreement without the consent of the other.",
        "The Supplier may not terminate the contract before 2027.",
        "The license is granted without limitation under the Agreement.",
        "Customer shall not disclose the source code provided by Vendor.",
        "The agreement does not limit liability for fraud.",
        "Nothing in this Agreement limits liability for death or personal injury.",
        "No amendment of this agreement is valid unless it is stated in a written document.",
        "No fee is due unless it is stated in the agreement.",
        "No party may disclose the terms of this agreement.",
        "There is no limit on liability in the agreement.",
        "Under the agreement the Supplier does not provide support.",
        "A party to the agreement does not include its affiliates.",
        "The agreement does not provide Customer with any right to sublicense.",
        "Interest is not included in the contract price.",
        "Interest is not stated in the contract price.",
        "The agreement is not assignable without written consent.",
        "This contract is not exclusive, and contains no cap.",
        "The contract does not state a cap, but liability is limited to the fees paid.",
        "The contract is silent about a cap; the Supplier must pay all losses.",
        "The documents do not mention a notice and the Supplier may terminate at once.",
        "Neither party shall be liable under this contract.",
        "Consent shall not be unreasonably withheld under this agreement.",
    ],
)
def test_a_rule_of_the_contract_needs_a_quote_however_negative_it_is(sentence: str) -> None:
    assert [(each.why, each.text) for each in unsupported(sentence, ())] == [("no_evidence", sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The documents do not mention a cap.",
        "There is no such clause in the documents.",
        "There is no mention of a renewal term in the agreement.",
        "A renewal term is not stated in this agreement.",
        "A renewal term is not explicitly stated in any of the provided documents.",
        "The contract is silent about renewal.",
        "The contract makes no mention of renewal.",
        "The agreement contains no non-compete clause.",
        "The agreement doesn’t specify a governing law.",
        "The provided excerpts do not specify a governing law.",
        "The documents provided do not state who bears the cost.",
        "The documents do not state whether the Supplier may terminate.",
        "The agreement does not provide for renewal.",
        "Nothing in the agreement addresses it.",
        "None of the documents mention a cap on liability.",
        "No document states who must insure the goods.",
        "No non-compete provision was found in the provided documents.",
        "No such provision appears in the contract.",
        "However, the contract does not define gross negligence.",
        "The cap could not be found in the documents.",
        "I could not find a cap on liability in the documents.",
        "**The documents do not mention a cap.**  See above for the rest [1].".split("  ", maxsplit=1)[0],
    ],
)
def test_a_sentence_that_says_the_documents_are_silent_needs_none(sentence: str) -> None:
    assert unsupported(sentence, ()) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "No arbitration clause was found.",
        "It does not say.",
        "They do not mention an arbitration clause.",
        "A termination fee is not mentioned.",
        "No provision on data protection exists.",
        "There is no arbitration clause.",
        "I looked for a clause on arbitration but found none.",
        "I looked for a renewal fee.",
        "The documents were searched for an arbitration clause.",
        "The contract is silent about renewal.",
    ],
)
def test_where_absence_is_the_outcome_a_sentence_need_not_name_the_documents(sentence: str) -> None:
    assert is_bare_absence(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "However, the fee is $50.",
        "Neither party may assign this Agreement.",
        "It does not permit assignment.",
        "No fee is due.",
        "A panel of three decides.",
        "I looked for a clause that shall be binding.",
        "It does not mention a fee, but the Supplier must pay interest.",
    ],
)
def test_a_claim_needs_its_proof_there_too(sentence: str) -> None:
    assert not is_bare_absence(sentence)
