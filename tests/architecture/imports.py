"""Checks of who imports what: import-linter contracts, one home per client library, dependencies, the environment."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.tree import ROOTS, imports, is_within, module_name, parsed, pyproject, python_files

WORDS_MAY_USE = {"pydantic", "pydantic_core", "pydantic_settings", "annotated_types"}

NOT_IMPORTED_BY_US = {
    "cryptography": "pypdf opens AES-encrypted files with it",
    "psycopg": "SQLAlchemy and DBOS load it for a Postgres URL",
    "python-multipart": "FastAPI reads uploads with it",
}


def broken_contracts(root: Path) -> list[str]:
    """What import-linter says about the tree, empty when every contract is kept."""
    run = "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", run, "--no-cache", "--config", "pyproject.toml"]
    environment = {**os.environ, "COLUMNS": "240", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment, check=False)
    if done.returncode == 0:
        return []
    said = done.stdout.partition("\nContracts\n")[2] or done.stdout
    return [line for line in (said + done.stderr).splitlines() if line.strip(" -") and " KEPT" not in line]


def homes(root: Path) -> dict[str, tuple[str, ...]]:
    """Client library → the packages that may import it, read from the `home-…` contracts of pyproject.toml."""
    found: dict[str, tuple[str, ...]] = {}
    for contract in pyproject(root)["tool"]["importlinter"]["contracts"]:
        if not contract["id"].startswith("home-"):
            continue
        free = tuple(name for name in ROOTS if name not in contract["source_modules"])
        for library in contract["forbidden_modules"]:
            allowed = [rule.split(" -> ") for rule in contract.get("ignore_imports", ())]
            found[library] = free + tuple(
                sorted({importer.removesuffix(".**") for importer, imported in allowed if imported == library})
            )
    return found


def stray_clients(root: Path) -> list[str]:
    """Imports of a client library outside its home, lazy ones and imports by name included."""
    home_of = homes(root)
    return [
        f"{found.place}: {library} lives in {' and '.join(home_of[library])}"
        for found in imports(root)
        if (library := found.imported.partition(".")[0]) in home_of
        and not any(is_within(found.importer, home) for home in home_of[library])
    ]


def words_that_need_more(root: Path) -> list[str]:
    """Imports in proviso/ of anything but the standard library, pydantic and itself."""
    allowed = sys.stdlib_module_names | WORDS_MAY_USE | {"proviso"}
    return [
        f"{found.place}: proviso must not import {found.imported}"
        for found in imports(root, "proviso")
        if found.imported.partition(".")[0] not in allowed
    ]


def environment_reads(root: Path) -> list[str]:
    """Uses of the process environment anywhere but in proviso/settings.py."""
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    found = []
    for path in python_files(root):
        if module_name(root, path) == "proviso.settings":
            continue
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Attribute(value=ast.Name(id="os"), attr=attribute) if attribute in names:
                    found.append(f"{path.relative_to(root)}:{node.lineno}: os.{attribute}")
                case ast.ImportFrom(module="os", names=imported):
                    taken = sorted(names.intersection(name.name for name in imported))
                    found.extend(f"{path.relative_to(root)}:{node.lineno}: os.{name}" for name in taken)
    return found


def declared(root: Path) -> set[str]:
    """Normalised names of the run-time dependencies."""
    return {normalised(re.split(r"[\[<>=!~; ]", line)[0]) for line in pyproject(root)["project"]["dependencies"]}


def undeclared_imports(root: Path) -> list[str]:
    """Third-party imports whose distribution is not a declared run-time dependency."""
    owners = packages_distributions()
    dependencies = declared(root)
    complaints = []
    for found in imports(root):
        top = found.imported.partition(".")[0]
        if top in sys.stdlib_module_names or top in ROOTS:
            continue
        if not dependencies.intersection(normalised(owner) for owner in owners.get(top, [top])):
            complaints.append(f"{found.place}: {top} is not among the dependencies of pyproject.toml")
    return complaints


def unused_dependencies(root: Path) -> list[str]:
    """Declared run-time dependencies that nothing imports and that no reason is given for."""
    owners = packages_distributions()
    tops = {found.imported.partition(".")[0] for found in imports(root)}
    used = {normalised(owner) for top in tops for owner in owners.get(top, [])}
    return [
        f"pyproject.toml: nothing imports {name}" for name in sorted(declared(root) - used - set(NOT_IMPORTED_BY_US))
    ]


def weight_of_words(root: Path) -> list[str]:
    """Installed packages that a fresh process holds after importing all of proviso/, beyond what pydantic needs."""
    names = [module_name(root, path) for path in python_files(root, "proviso")]
    script = (
        "import importlib, sys; before = set(sys.modules)\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "for name in set(sys.modules) - before:\n"
        "    if '-packages' in (getattr(sys.modules[name], '__file__', '') or ''): print(name.partition('.')[0])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        return [done.stderr.strip()]
    light = WORDS_MAY_USE | {"proviso", "dotenv", "typing_extensions", "typing_inspection"}
    return [f"importing proviso loads {name}" for name in sorted(set(done.stdout.split()) - light)]


def normalised(distribution: str) -> str:
    """The name of a distribution as all its spellings have it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
