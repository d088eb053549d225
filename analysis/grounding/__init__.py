"""Where context and evidence meet what is kept (floor 3): documents read, contexts built, quotes resolved."""
