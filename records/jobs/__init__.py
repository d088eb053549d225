"""Durable jobs that resume after a kill, the only home of DBOS; floor 2. Runs the handlers it is given, knows none."""
