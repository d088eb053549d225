"""The vector index, embedded or on a server, the only home of the Qdrant clients; floor 2."""
