"""How clauses and list items begin in print (floor 4, pure): the one pattern that paragraphs, furniture and notes share."""

from __future__ import annotations

import re

MARKER = re.compile(
    r"(?:(?:ARTICLE|Article|SECTION|Section|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX|Appendix)\s+[\dIVXLC A-Z]"
    r"|\d{1,3}(?:\.\d{1,3}){0,5}[.)]?\s|[A-Za-z][.)]\s|\((?:[A-Za-z]{1,2}|[ivxIVX]{1,6}|\d{1,3})\)|[ivxIVX]{1,6}[.)]\s|[•●▪■◦‣·o–—-]\s)"
)
NOTE_MARK = re.compile(r"(?:\(?\d{1,3}[).]?|[*†‡§¶#]{1,4}|\([a-z]\)|[a-z](?=[A-Z]))\s*[\"“‘(\[]?(?=[A-Z\d])")
"""How a footnote begins: a number or sign, and a capital."""
