"""`python -m evals.numbers` (evals): are numbers of an answer held against its evidence, in whatever form either writes them?

Each case is a text of evidence and an answer's sentence that cites it. A sentence whose numbers stand in the evidence in another form
must not be flagged; one whose number does not must be. Exits with 1 when any case is judged wrongly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.check import unsupported
from evals.documents import REPOSITORY
from evals.results import save, table
from proviso.types.answers import Evidence

OUT = REPOSITORY / "build" / "evals" / "numbers.json"

PROVEN = {
    "numbers in words": [
        ("within thirty (30) days", "Payment is due in 30 days [1]."),
        ("within 30 days", "Payment is due in thirty (30) days [1]."),
        ("a period of twenty-four months", "It runs for 24 months [1]."),
        ("one hundred and fifty employees", "It covers 150 employees [1]."),
        ("two (2) years", "The term is two years [1]."),
        ("the eleventh anniversary", "It ends on the 11th anniversary [1]."),
        ("every 2nd meeting", "Every second meeting is open [1]."),
        ("twelve (12) calendar months", "It lasts a dozen months, that is 12 [1]."),
        ("the twentieth day of each month", "Rent is due on the 20th day [1]."),
        ("one-half of the fee", "Half of the fee, 50%, is due [1]."),
    ],
    "amounts": [
        ("a fee of USD 1.2 million", "The fee is $1,200,000 [1]."),
        ("a fee of $1,200,000.00", "The fee is USD 1.2 million [1]."),
        ("a cap of $1.5M", "The cap is $1,500,000 [1]."),
        ("a cap of EUR 250k", "The cap is 250,000 euros [1]."),
        ("1 250 000 EUR", "The price is EUR 1,250,000 [1]."),
        ("a price of 1.250.000,00 EUR", "The price is EUR 1,250,000 [1]."),
        ("US$5,000,000 in the aggregate", "Liability is capped at five million dollars [1]."),
        ("two and a half million dollars", "The price is $2.5 million [1]."),
        ("$ 3,500.50 per month", "Rent is 3500.50 dollars [1]."),
        ("(in thousands) $ 12,345", "It was $12,345 thousand [1]."),
        ("net income (1,234)", "There was a loss of 1,234 [1]."),
    ],
    "percentages": [
        ("interest of 5 % per annum", "Interest is 5% [1]."),
        ("interest of five percent (5%)", "Interest is 5 per cent [1]."),
        ("interest of 1.50%", "Interest is 1.5% [1]."),
        ("150 basis points", "The margin is 150 bps [1]."),
        ("a rate of 0.75 percent", "The rate is .75% [1]."),
        ("a discount of fifteen per cent", "The discount is 15% [1]."),
    ],
    "dates": [
        ("effective March 1, 2026", "It begins on 2026-03-01 [1]."),
        ("effective 2026-03-01", "It begins on 1 March 2026 [1]."),
        ("this 1st day of March, 2026", "It was signed on March 1, 2026 [1]."),
        ("Mar. 1, 2026", "It begins on 1 March 2026 [1]."),
        ("dated 01.03.2026", "It is dated 1 March 2026 [1]."),
        ("dated 03/01/2026", "It is dated March 1, 2026 [1]."),
        ("dated 3/1/26", "It is dated March 1, 2026 [1]."),
        ("dated 31/12/2025", "It is dated December 31, 2025 [1]."),
        ("dated 1-Mar-2026", "It is dated 2026-03-01 [1]."),
        ("the first day of March 2026", "It begins on March 1, 2026 [1]."),
        ("as of March, 2026", "It was in March 2026 [1]."),
        ("expires on December 31, 2027", "It ends in 2027 [1]."),
        ("September 30th 2024", "It ended on 30 Sept. 2024 [1]."),
        ("for fiscal 2023 and 2022", "Fiscal years 2022-2023 are covered [1]."),
    ],
    "ranges and units": [
        ("between 10 and 20 minutes", "It takes 10-20 minutes [1]."),
        ("10–20 minutes", "It takes 10 to 20 minutes [1]."),
        ("from -40 °C to +85 °C", "It works from −40 to 85 °C [1]."),
        ("3.3V ± 5%", "It needs 3.3 V ± 5 % [1]."),
        ("a 16KB cache", "The cache has 16 KB [1]."),
        ("a 9-octet header", "The header has 9 octets [1]."),
        ("2^14 octets", "The limit is 2^14 octets [1]."),
        ("an initial value of 16,384", "The value is 16384 [1]."),
        ("register at 0x1A10243C", "The register is at 0x1A10243C [1]."),
        ("32-bit words", "Words have 32 bits [1]."),
        ("10 x 20 mm", "It measures 10×20 mm [1]."),
    ],
    "sections and lists": [
        ("Section 12.3(b) applies", "Section 12.3(b) governs this [1]."),
        ("pursuant to Section 12.3", "See Section 12.3 for that [1]."),
        ("as set out in Article IV", "Article IV says so [1]."),
        ("the cap applies", "Clause 8.2 caps it [1]."),
        ("the cap applies", "Page 4 says so [1]."),
        ("the cap applies", "There are two limits: one cap [1]."),
        ("the cap applies", "Lease 7 caps it [1]."),
        ("the cap applies to each Party", "1. The cap applies to each Party [1]."),
    ],
    "written after the repairs": [
        (
            "shall pay within forty-five (45) calendar days after receipt",
            "Payment falls due 45 days after receipt [1].",
        ),
        (
            "a term of three (3) years commencing on January 15, 2024",
            "The three-year term starts on 15 January 2024 [1].",
        ),
        ("notice of not less than ninety (90) days", "At least 90 days' notice is needed [1]."),
        ("a royalty of seven and one-half percent (7.5%) of Net Sales", "The royalty is 7.5% of net sales [1]."),
        ("(in millions) Total revenue 12,345 11,987", "Revenue was $12,345 million [1]."),
        ("the sum of Ten Thousand Dollars ($10,000)", "The sum is USD 10,000 [1]."),
        ("GBP 2.75m", "The price is £2,750,000 [1]."),
        ("at 9:00 a.m. on June 30, 2025", "It closes at 9:00 a.m. on 30 June 2025 [1]."),
        ("the twenty-first day of May 2019", "It was made on May 21, 2019 [1]."),
        ("SETTINGS_MAX_FRAME_SIZE is 2^24-1 or 16,777,215 octets", "The maximum is 16777215 octets [1]."),
        ("Error code 0x0D", "The code is 0xd or 0x0D [1]."),
        ("no more than two (2) times per calendar year", "Audits happen at most twice a year, i.e. 2 times [1]."),
        ("Sections 8.2 and 9.1 survive", "Section 8.2 survives [1]."),
        ("between USD 50,000 and USD 75,000", "It lies between $50,000 and $75,000 [1]."),
        ("a fee equal to 0.5% per month", "The fee is one-half percent, 0.5 %, a month [1]."),
        ("within 24 hours", "Within twenty-four hours [1] the breach is reported."),
        ("effective as of the 4th of July, 2021", "It took effect on 07/04/2021 [1]."),
        ("by December 2025", "It is due by December 2025 [1]."),
        ("Rule 10b-5 and Form 10-K", "Form 10-K is required [1]."),
        ("ISO 9001:2015 certified", "It is certified to ISO 9001:2015 [1]."),
        ("25,000 shares at $0.001 par value", "25,000 shares of par value $.001 [1]."),
    ],
}
UNPROVEN = {
    "numbers in words": [
        ("within thirty (30) days", "Payment is due in 60 days [1]."),
        ("within thirty (30) days", "Payment is due in forty-five days [1]."),
        ("two (2) years", "The term is three (3) years [1]."),
        ("two (2) years", "The term is three years [1]."),
        ("the parties meet", "They meet five times a year [1]."),
        ("one hundred employees", "It covers 150 employees [1]."),
    ],
    "amounts": [
        ("a fee of USD 1.2 million", "The fee is $1.2 billion [1]."),
        ("a fee of USD 1.2 million", "The fee is $1.2 [1]."),
        ("a fee of $1,200,000", "The fee is $120,000 [1]."),
        ("a cap of $1.5M", "The cap is $1.5 [1]."),
        ("a price of 1.250.000,00 EUR", "The price is EUR 1,250 [1]."),
        ("$5,000,000", "Liability is capped at fifty million dollars [1]."),
        ("12 months", "The fee is $12 million [1]."),
    ],
    "percentages": [
        ("interest of 5 % per annum", "Interest is 6% [1]."),
        ("interest of 1.50%", "Interest is 15% [1]."),
        ("interest is due in 5 days", "Interest is 5% [1]."),
        ("a rate of 0.75 percent", "The rate is 75% [1]."),
        ("a fee of $10", "The fee is 10% of revenue [1]."),
    ],
    "dates": [
        ("effective March 1, 2026", "It begins on 2026-03-02 [1]."),
        ("effective March 1, 2026", "It begins on 1 April 2026 [1]."),
        ("effective March 1, 2026", "It begins on March 1, 2025 [1]."),
        ("effective March 1, 2026", "It begins in 2027 [1]."),
        ("effective March 1, 2026 and due April 2, 2027", "It is due on April 1, 2027 [1]."),
        ("effective March 1, 2026", "It begins in April 2026 [1]."),
        ("effective March 1, 2026", "It ended on 3/31/2026 [1]."),
    ],
    "ranges and units": [
        ("between 10 and 20 minutes", "It takes 10-30 minutes [1]."),
        ("from -40 °C to +85 °C", "It works from -40 to 105 °C [1]."),
        ("a 9-octet header", "The header has 8 octets [1]."),
        ("register at 0x1A10243C", "The register is at 0x1A102440 [1]."),
        ("2^14 octets", "The limit is 2^24 octets [1]."),
        ("3.3 V supply", "It needs a 5V supply [1]."),
        ("at most 16KB", "The cache has 32KB [1]."),
    ],
    "sections and lists": [
        ("Section 12.3 applies", "Section 12.4 governs this [1]."),
        ("the cap applies", "Clause 9.2 caps it [1]."),
        ("the cap applies", "Page 5 says so [1]."),
        ("as set out in Section 8", "See Section 8.1 for that [1]."),
    ],
    "written after the repairs": [
        ('shall pay within forty-five (45) calendar days', 'Payment falls due within 45 months [1].'),
        ('a term of three (3) years', 'The five-year term is fixed [1].'),
        ('a royalty of seven and one-half percent (7.5%)', 'The royalty is 8.5% [1].'),
        ('the sum of Ten Thousand Dollars ($10,000)', 'The sum is $100,000 [1].'),
        ('GBP 2.75m', 'The price is £2.75 billion [1].'),
        ('at 9:00 a.m. on June 30, 2025', 'It closes on July 30, 2025 [1].'),
        ('the twenty-first day of May 2019', 'It was made on May 20, 2019 [1].'),
        ('Error code 0x0D', 'The code is 0x0E [1].'),
        ('between USD 50,000 and USD 75,000', 'It lies below $80,000 [1].'),
        ('within 24 hours', 'Within 24 days [1] it is reported.'),
        ('25,000 shares at $0.001 par value', '25,000 shares of par value $0.01 [1].'),
        ('by December 2025', 'It is due by December 2026 [1].'),
        ('by December 2025', 'It is due by November 2025 [1].'),
        ('Section 8.2 survives', 'Section 8.3 survives [1].'),
        ('no more than two (2) times per year', 'Audits happen three times a year [1].'),
        ('net loss of (4.2) million', 'The loss was 42 million [1].'),
        ('Total revenue 12,345 11,987', 'Revenue was $12,345 million [1].'),
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence held against a text, and how it was judged."""

    kind: str
    proven: bool
    text: str
    sentence: str
    flagged: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.proven is not bool(self.flagged)


def judged() -> list[Case]:
    """All cases."""
    sides = ((True, PROVEN), (False, UNPROVEN))
    return [
        Case(kind, proven, text, sentence, tuple(each.text for each in unsupported(sentence, [evidence(text)])))
        for proven, side in sides
        for kind, pairs in side.items()
        for text, sentence in pairs
    ]


def evidence(text: str) -> Evidence:
    """Verified evidence in section 8.2, on page 4 of "Lease 7"."""
    return Evidence(1, "d", 1, "Lease 7", text, text, 0, len(text), 4, 4, (), "8.2", "exact")


def report(cases: Sequence[Case]) -> str:
    """A confusion table, and the cases judged wrongly."""
    rows: list[list[object]] = []
    for kind in [*PROVEN, "all"]:
        some = [each for each in cases if kind in {each.kind, "all"}]
        proven, unproven = [each for each in some if each.proven], [each for each in some if not each.proven]
        rows.append(
            [
                kind,
                len(proven),
                sum(not each.right for each in proven),
                len(unproven),
                sum(not each.right for each in unproven),
            ]
        )
    wrong = [
        f"  {'flagged' if each.proven else 'passed'}: {each.sentence!r} by {each.text!r} {list(each.flagged) or ''}"
        for each in cases
        if not each.right
    ]
    head = ["numbers of an answer", "proven", "flagged", "not proven", "passed"]
    return "\n".join([table(head, rows), "", *wrong])


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.numbers`."""
    parser = argparse.ArgumentParser(prog="python -m evals.numbers", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    cases = judged()
    wrong = [each for each in cases if not each.right]
    save(options.out, {
        "cases": len(cases), "wrong": [{"proven": each.proven, "sentence": each.sentence, "text": each.text} for each in wrong],
    })  # fmt: skip
    print(report(cases))
    print(f"\nwritten: {options.out}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
