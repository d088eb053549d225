"""The tree under a root folder as the architecture checks see it: files, module names, syntax trees, imports.

Every check is a function over a root path that returns complaints, so that the same check can be run on a copy of the
tree in which a fault was planted. Imports follow from the text of a file alone, and are read once for all copies of it.
"""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
ROOTS = ("proviso", "records", "ingest", "analysis", "api")
LEFT_OUT = {".git", ".venv", "__pycache__", "node_modules", "proviso-data", "build", "dist", "htmlcov"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import as written: who (a dotted module), what (dotted, as far as it is known), and where."""

    importer: str
    imported: str
    place: str


def files(root: Path) -> list[Path]:
    """Files of the project: what git tracks or would track, or every file where the root is no checkout."""
    if (root / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
        return sorted(path for name in listed if name and (path := root / name).is_file())
    found = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not LEFT_OUT.intersection(path.relative_to(root).parts))


def python_files(root: Path, *folders: str) -> list[Path]:
    """Python files below the named folders of the root."""
    return [
        path for path in files(root) if path.suffix == ".py" and path.relative_to(root).parts[0] in (folders or ROOTS)
    ]


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(root: Path, *folders: str) -> Iterator[Import]:
    """Every import below the folders, wherever it stands: lazy, for type checking only, or by name at run time."""
    for path in python_files(root, *folders):
        importer = module_name(root, path)
        for imported, line in _imports(path.read_text(encoding="utf-8")):
            yield Import(importer, imported, f"{path.relative_to(root)}:{line}")


@cache
def _imports(text: str) -> tuple[tuple[str, int], ...]:
    nodes = ast.walk(ast.parse(text))
    return tuple((imported, getattr(node, "lineno", 0)) for node in nodes for imported in _imported(node))


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=str(module), names=names, level=0):
            return [f"{module}.{name.name}" for name in names]
        case ast.Call(func=ast.Name(id="__import__" | "import_module"), args=[ast.Constant(value=str(module)), *_]):
            return [module]
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
            return [module]
    return []


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
