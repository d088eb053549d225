"""How large the project is (evals): files and lines of code per floor, lines that hold code and nothing else counted apart."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence
from pathlib import Path

from evals.documents import REPOSITORY

FLOORS = ("proviso", "records", "ingest", "analysis", "api", "evals", "tests")
NOT_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


def measure(floors: Sequence[str] = FLOORS) -> dict[str, dict[str, int]]:
    """By floor: files, all lines, and lines of code."""
    return {floor: _floor(REPOSITORY / floor) for floor in floors}


def code_lines(source: str) -> int:
    """Lines that hold code: no blank lines, no comments, no docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - _docstring_lines(source))


def _docstring_lines(source: str) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def _floor(folder: Path) -> dict[str, int]:
    sources = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))]
    return {
        "files": len(sources),
        "lines": sum(len(source.splitlines()) for source in sources),
        "code_lines": sum(map(code_lines, sources)),
    }
