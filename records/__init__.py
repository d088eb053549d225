"""What lasts, floor 2: the catalog, files and texts, the index and the jobs; knows no parsing and no model."""
