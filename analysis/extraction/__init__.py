"""From a schema and documents to cells with outcomes and evidence; floor 4."""
