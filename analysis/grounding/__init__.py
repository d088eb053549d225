"""Where context and evidence meet what is kept (floor 4): documents read, contexts built, quotes resolved."""
