"""Office files locked with a password, as Word locks them (agile encryption in an OLE container)."""

from __future__ import annotations

import io

from msoffcrypto.format.ooxml import OOXMLFile


def a_locked_file(data: bytes, password: str) -> bytes:
    """The Office file `data`, encrypted. The library writes containers rightly for content above 4 KB only."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()
