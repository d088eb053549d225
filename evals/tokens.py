"""`python -m evals.tokens` (evals): do we count prompts as openai-harmony, the reference implementation, does?

500 prompts as the service packs them (`evals.prompts`), up to the last token of the window, with every sort of text in which a tokeniser
may differ. Both counts of each, the greatest difference, and whether it lies in the words or in the frame around them. Exits with 1 where
a difference is greater than the limit.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.context.tokens import Tokens
from evals.documents import REPOSITORY
from evals.prompts import Made, prompts, shelf
from evals.results import machine, save, table
from evals.retrieval.corpora import CARRIED, SHARED
from tests.instruments.gptoss import oracle

OUT = REPOSITORY / "build" / "evals" / "tokens.json"
SETS = (CARRIED / "cuad" / "txt", CARRIED / "contractnli" / "txt", SHARED / "specs" / "text", SHARED / "specs" / "md")
MOST_DIFFERENCE = 5
LONG = 60_000


@dataclass(frozen=True, slots=True)
class Counted:
    """One prompt: our count, harmony's, and the difference of the plain words of all messages."""

    features: tuple[str, ...]
    ours: int
    harmony: int
    words: int
    ours_s: float
    free: int

    @property
    def difference(self) -> int:
        return self.ours - self.harmony


def compare(made: Iterable[Made], tokens: Tokens) -> list[Counted]:
    """Both counts of every prompt. `tokens`: a counter that has not seen them, for it remembers texts."""
    out = []
    for each in made:
        began = time.process_time()
        ours = tokens.count_prompt(each.messages)
        spent = time.process_time() - began
        assert ours == each.counted, "the receipt holds another count"
        said = [{"role": message.role, "content": message.content} for message in each.messages]
        harmony = len(oracle.prompt_tokens(said, each.effort))
        words = sum(tokens.count(m.content) - oracle.count_tokens(m.content) for m in each.messages)
        out.append(Counted(each.features, ours, harmony, words, spent, each.free))
    return out


def by_feature(counted: Sequence[Counted]) -> dict[str, dict[str, int]]:
    """The differences of the prompts that have a feature."""
    groups: dict[str, list[int]] = defaultdict(list)
    for each in counted:
        for feature in set(each.features):
            groups[feature].append(each.difference)
    return {
        name: {"prompts": len(found), "least": min(found), "most": max(found)} for name, found in sorted(groups.items())
    }


def result_of(counted: Sequence[Counted]) -> dict[str, Any]:
    """The measurement as JSON data."""
    total, spent = sum(each.harmony for each in counted), sum(each.ours_s for each in counted)
    return {
        "machine": machine(),
        "prompts": len(counted),
        "tokens": total,
        "longest": max(each.harmony for each in counted),
        "over_60000": sum(each.harmony > LONG for each in counted),
        "free_in_filled_windows": sorted(each.free for each in counted if "fills the window" in each.features),
        "max_difference": max((abs(each.difference) for each in counted), default=0),
        "differences": dict(sorted(Counter(each.difference for each in counted).items())),
        "max_difference_of_words": max((abs(each.words) for each in counted), default=0),
        "tokens_a_second": round(total / spent) if spent else None,
        "by_feature": by_feature(counted),
    }


def report(result: dict[str, Any]) -> str:
    """The result for people."""
    rows: list[list[object]] = [
        [name, each["prompts"], each["least"], each["most"]] for name, each in result["by_feature"].items()
    ]
    free = result["free_in_filled_windows"]
    head = (
        f"{result['prompts']} prompts, {result['tokens']:,} tokens, the longest {result['longest']:,}, "
        f"{result['over_60000']} over 60,000 and {len(free)} that fill the window, of which "
        f"{min(free, default=0):,} to {max(free, default=0):,} tokens stay free; "
        f"ours less harmony's: {result['differences']}; of the plain words alone at most {result['max_difference_of_words']}; "
        f"{result['tokens_a_second']:,} tokens counted a second"
    )
    return f"{head}\n\n{table(['prompts with', 'number', 'least', 'most'], rows)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.tokens`."""
    parser = argparse.ArgumentParser(prog="python -m evals.tokens", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--prompts", type=int, default=500, help="prompts counted (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="seed of all chance (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    tokens = Tokens()
    files = [path for folder in SETS if folder.is_dir() for path in sorted(folder.iterdir())]
    volumes = shelf(files, options.seed, tokens)
    result = {"seed": options.seed, "documents": len(volumes)} | result_of(
        compare(prompts(volumes, options.prompts, options.seed, tokens), Tokens())
    )
    save(options.out, result)
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 0 if result["max_difference"] <= MOST_DIFFERENCE else 1


if __name__ == "__main__":
    sys.exit(main())
