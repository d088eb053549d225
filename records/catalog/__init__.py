"""The catalog of documents, jobs and answers in SQLite or Postgres, the only home of SQLAlchemy; floor 2."""
