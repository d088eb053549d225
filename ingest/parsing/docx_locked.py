"""A DOCX locked with a password (floor 4): an OLE container whose content is encrypted, opened in memory with the password given.

msoffcrypto-tool does the deciphering; this module is loaded only when such a file comes.
"""

from __future__ import annotations

import binascii
import io
import struct
from pathlib import Path
from typing import BinaryIO
from xml.parsers.expat import ExpatError

from msoffcrypto.exceptions import (  # type: ignore[import-untyped]
    DecryptionError,
    FileFormatError,
    InvalidKeyError,
    ParseError,
)
from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped]

from proviso.errors import BrokenFile, PasswordRequired, UnsupportedFormat, WrongPassword

DAMAGED = (
    DecryptionError,
    FileFormatError,
    ParseError,
    ExpatError,
    binascii.Error,
    struct.error,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
)


def unlocked(path: Path, filename: str, password: str | None) -> io.BytesIO:
    """The DOCX inside. Raises UnsupportedFormat, PasswordRequired, WrongPassword, BrokenFile."""
    out = io.BytesIO()
    with path.open("rb") as file:
        office = _container(file, filename)
        if not password:
            raise PasswordRequired(
                f"{filename} is locked with a password. Upload it again with its password, or open it in Word, remove the "
                "password (File, Info, Protect Document, Encrypt with Password, leave it empty), save it and upload that."
            )
        try:
            office.load_key(password=password, verify_password=True)
            office.decrypt(out)
        except InvalidKeyError as error:
            raise WrongPassword(f"The password given does not open {filename}.") from error
        except DAMAGED as error:
            raise BrokenFile(
                f"{filename} is locked, and damaged or protected in a way that cannot be opened here. "
                "Open it in Word, save it without a password and upload that."
            ) from error
    out.seek(0)
    return out


def _container(file: BinaryIO, filename: str) -> OOXMLFile:
    """The file as an encrypted package. Without one, an OLE container is an old Office file, whatever it is called."""
    try:
        return OOXMLFile(file)
    except FileFormatError as error:
        raise UnsupportedFormat(
            f"{filename} is an Office file in the old binary format. Open it in Word, save it as DOCX or PDF and upload that."
        ) from error
    except DAMAGED as error:
        raise BrokenFile(
            f"{filename} is not a whole DOCX file. Open it in Word, save it again and upload that."
        ) from error
