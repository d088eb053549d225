"""The schema of the catalog, revision by revision; run by Alembic from `records.catalog.migrate`; floor 2."""
