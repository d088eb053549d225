"""The revisions, oldest first by number. A revision is never edited once it has been released; floor 2."""
