"""Checks of the files themselves: sizes, packages, leftovers, and what no file of the project may name."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOTS, files, parsed, python_files

PACKAGES = (*ROOTS, "evals", "tests")
PRODUCT = (*ROOTS, "evals", "tools")
LINES = {"product": 400, "tests": 600}
FUNCTION_LINES = 60
FUNCTION_LINES_P90 = 35
BIGGEST_READ_BYTES = 1_000_000
MACHINE_PATH = re.compile(r"(?:^|[\s\"'`=(:])/(?:work|farm|root|home/\w+|Users/\w+)/", re.MULTILINE)
LEFTOVERS = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method: where it stands, its name, and how many lines it takes, decorators left out."""

    place: str
    name: str
    lines: int


def long_files(root: Path) -> list[str]:
    """Python files beyond the limit of their kind."""
    return [
        f"{path.relative_to(root)}: {lines} lines, the limit is {limit}"
        for limit, folders in ((LINES["product"], PRODUCT), (LINES["tests"], ("tests",)))
        for path in python_files(root, *folders)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    ]


def functions(root: Path) -> list[Function]:
    """Every function of the product, nested ones and methods included."""
    return [
        Function(
            f"{path.relative_to(root)}:{node.lineno}", node.name, (node.end_lineno or node.lineno) - node.lineno + 1
        )
        for path in python_files(root, *PRODUCT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def long_functions(root: Path) -> list[str]:
    """Functions beyond the hard limit."""
    return [
        f"{found.place}: {found.name} has {found.lines} lines, the limit is {FUNCTION_LINES}"
        for found in functions(root)
        if found.lines > FUNCTION_LINES
    ]


def p90_of_functions(root: Path) -> int:
    """Lines that nine functions of ten do not exceed."""
    lines = sorted(found.lines for found in functions(root))
    return lines[int(len(lines) * 0.9)] if lines else 0


def folders_that_are_no_packages(root: Path) -> list[str]:
    """Folders with Python files but without `__init__.py`: a regular package elsewhere would win over them."""
    folders = {path.parent for path in python_files(root, *PACKAGES)}
    within = {parent for folder in folders for parent in (folder, *folder.parents) if parent.is_relative_to(root)}
    return [str(path.relative_to(root)) for path in sorted(within - {root}) if not (path / "__init__.py").is_file()]


def modules_without_a_paragraph(root: Path) -> list[str]:
    """Modules of the product that do not open by saying what they are."""
    return [str(path.relative_to(root)) for path in python_files(root, *PRODUCT) if not ast.get_docstring(parsed(path))]


def unfinished(root: Path) -> list[str]:
    """Marks of unfinished work."""
    complaints = []
    for path in python_files(root, *PRODUCT, "tests"):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(root)
        complaints += [f"{place}: {match.group()}" for match in LEFTOVERS.finditer(text)]
        complaints += [
            f"{place}:{node.lineno}: raises NotImplementedError"
            for node in (ast.walk(ast.parse(text)) if "NotImplementedError" in text else ())
            if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
        ]
    return complaints


def package_hosts() -> set[str]:
    """Hosts that this machine's package client is set up with, read at run time so that no file need name one."""
    index = importlib.import_module("pip._internal.models.index").PyPI
    said = [index.url, f"https://{index.file_storage_domain}"]
    command = [sys.executable, "-m", "pip", "config", "list"]
    said.append(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    hosts = set(re.findall(r"https?://(?:[^/@\s'\"]+@)?([^/:\s'\"]+)", "\n".join(said)))
    return {host for host in hosts if "." in host and not host[0].isdigit()}


def names_of_elsewhere(root: Path) -> list[str]:
    """Text files that name a package host or a path of one machine."""
    hosts = re.compile("|".join(re.escape(host) for host in sorted(package_hosts())) or r"(?!)")
    complaints = []
    for path in files(root):
        if path.stat().st_size > BIGGEST_READ_BYTES:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        place = path.relative_to(root)
        complaints += [f"{place}: names a package host"] if hosts.search(text) else []
        complaints += [f"{place}: holds a path of one machine"] if MACHINE_PATH.search(text) else []
    return complaints
