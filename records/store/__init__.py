"""Files and texts in a folder or an object store, the only home of obstore; floor 2."""
