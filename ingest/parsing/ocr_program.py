"""Tesseract as a program (floor 4): whether it is installed, which languages it has, and one picture read by it.

It runs as one single-threaded process of the caller's process group, so that it ends with the reader child and shares its limits.
Nothing is written to disk: the picture goes in through a pipe, hOCR comes back. No PDF library is loaded here.
"""

from __future__ import annotations

import functools
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from proviso.errors import ParserCrashed, ParserLimit

SEARCHED = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"
"""A reader child has no PATH; the service looks where its children look."""
ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
ASKING_S = 10.0
VERSION = re.compile(r"tesseract v?(\d+(?:\.\d+)?)")
ROTATE = re.compile(r"^Rotate:\s*(\d+)", re.MULTILINE)
SURE = re.compile(r"^Orientation confidence:\s*([\d.]+)", re.MULTILINE)
DIRECTIONS = "osd"
"""The data that finds out which way up a page is; it is no language."""
MIN_SURE = 0.5


@dataclass(frozen=True, slots=True)
class Installed:
    """The program that was found."""

    path: str
    version: str
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Picture:
    """A grey picture, 8 bits a pixel, row by row."""

    width: int
    height: int
    pixels: bytes
    dpi: int

    def pgm(self) -> bytes:
        return b"P5 %d %d 255\n" % (self.width, self.height) + self.pixels


@functools.cache
def installed() -> Installed | None:
    """Tesseract, or None where it is not installed or has no language to read; asked once."""
    path = shutil.which("tesseract", path=SEARCHED)
    if path is None:
        return None
    found = VERSION.search(_asked(path, "--version"))
    names = frozenset(name.strip() for name in _asked(path, "--list-langs").splitlines()[1:] if name.strip())
    if found is None or not names - {DIRECTIONS}:
        return None
    return Installed(path, found[1], names)


def tesseract() -> str | None:
    """Name and version, "tesseract 5.3", or None where nothing can be recognised."""
    found = installed()
    return None if found is None else f"tesseract {found.version}"


def languages() -> list[str]:
    """The languages that can be read, as Tesseract names them."""
    found = installed()
    return [] if found is None else sorted(found.languages - {DIRECTIONS})


def chosen_languages(wanted: str) -> tuple[str, tuple[str, ...]]:
    """Of languages such as "eng+fra" those that are installed, joined again, and those that are not.

    When none is, any that is installed is better than nothing: English if it is there.
    """
    there = needed().languages - {DIRECTIONS}
    names = list(dict.fromkeys(name for name in wanted.split("+") if name))
    usable = [name for name in names if name in there]
    missing = tuple(name for name in names if name not in there)
    return "+".join(usable) or ("eng" if "eng" in there else min(there)), missing


def needed() -> Installed:
    """Tesseract. Raises ParserCrashed where there is none."""
    found = installed()
    if found is None:
        raise ParserCrashed("Tesseract, which reads scanned pages, is no longer installed.")
    return found


def hocr(picture: Picture, layout: int, chosen: str) -> str:
    """What Tesseract reads in a picture, with its boxes. `layout` is its page segmentation mode, `chosen` the languages to read."""
    return _read(picture, ["--psm", str(layout), "--oem", "1", "-l", chosen, "hocr"])


def quarters(picture: Picture) -> int | None:
    """Quarter turns clockwise that put a page upright, where Tesseract can tell."""
    if DIRECTIONS not in needed().languages:
        return None
    try:
        said = _read(picture, ["--psm", "0", "-l", DIRECTIONS, "-c", "min_characters_to_try=20"])
    except ParserCrashed:
        return None  # too few characters to tell
    turn, sure = ROTATE.search(said), SURE.search(said)
    if turn is None or sure is None or float(sure[1]) < MIN_SURE:
        return None
    return int(turn[1]) // 90 % 4


def _asked(path: str, question: str) -> str:
    try:
        done = subprocess.run(
            [path, question], capture_output=True, env=ENVIRONMENT, timeout=ASKING_S, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout or done.stderr


def _read(picture: Picture, options: Sequence[str]) -> str:
    command = [needed().path, "stdin", "stdout", "--dpi", str(picture.dpi), *options]
    try:
        done = subprocess.run(command, input=picture.pgm(), capture_output=True, env=ENVIRONMENT, check=False)
    except OSError as error:
        raise ParserCrashed(f"Tesseract cannot be started: {error.strerror}.") from error
    if done.returncode == -signal.SIGXCPU:
        raise ParserLimit("Reading the picture of a page took longer than a file may.")
    if done.returncode:
        raise ParserCrashed(f"Tesseract could not read the picture of a page (status {done.returncode}).")
    return done.stdout.decode("utf-8", "replace")
