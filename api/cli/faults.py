"""What goes wrong on the command line (floor 5): a sentence for the person who typed."""

from __future__ import annotations


class CliError(Exception):
    """Ends the command with its message and exit code 1."""
