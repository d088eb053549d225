"""What LibreOffice makes of Word files (evals): its own text export, and its PDF with tracked changes out of sight, as text.

LibreOffice is asked in one go for all files, in a home of its own, so that it neither meets nor leaves settings.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = ("soffice", "pdftotext")
TEXT = "txt:Text (encoded):UTF8"
TIMEOUT_S = 300
QUIET = '<w:revisionView w:markup="0" w:insDel="0" w:formatting="0"/>'
SETTINGS = "word/settings.xml"
_ROOT = re.compile(rb"<w:settings\b[^>]*?(/?)>")


def missing() -> list[str]:
    """Programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def exported(files: Sequence[Path], folder: Path) -> tuple[dict[Path, str], dict[Path, str]]:
    """The text export and the text of the PDF export of each file that LibreOffice opens. `folder` is for what comes between."""
    plain, quiet = folder / "plain", folder / "quiet"
    for each in (plain, quiet):
        each.mkdir()
    copies = {file: f"{number:03d}.docx" for number, file in enumerate(files)}
    for file, name in copies.items():
        shutil.copyfile(file, plain / name)
        _without_markup(file, quiet / name)
    _convert(TEXT, plain, folder)
    _convert("pdf", quiet, folder)
    texts, pages = {}, {}
    for file, name in copies.items():
        text, pdf = plain / name.replace(".docx", ".txt"), quiet / name.replace(".docx", ".pdf")
        if text.is_file():
            texts[file] = text.read_text(encoding="utf-8-sig")
        if pdf.is_file():
            told = subprocess.run(
                ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, timeout=TIMEOUT_S
            )
            pages[file] = told.stdout.decode("utf-8", "replace")
    return texts, pages


def _convert(form: str, folder: Path, home: Path) -> None:
    command = ["soffice", f"-env:UserInstallation={(home / 'home').as_uri()}", "--headless", "--convert-to", form]
    files = [str(path) for path in sorted(folder.glob("*.docx"))]
    subprocess.run([*command, "--outdir", str(folder), *files], capture_output=True, check=False, timeout=TIMEOUT_S)


def _without_markup(file: Path, copy: Path) -> None:
    """A copy whose settings say that changes are not to be shown: LibreOffice then prints the current text."""
    try:
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in source.infolist():
                data = source.read(entry)
                target.writestr(entry.filename, _quiet(data) if entry.filename == SETTINGS else data)
    except zipfile.BadZipFile:
        shutil.copyfile(file, copy)


def _quiet(settings: bytes) -> bytes:
    root = _ROOT.search(settings)
    if root is None:
        return settings
    opening = root.group()[:-2] + b">" if root.group(1) else root.group()
    closing = b"</w:settings>" if root.group(1) else b""
    return settings[: root.start()] + opening + QUIET.encode() + closing + settings[root.end() :]
