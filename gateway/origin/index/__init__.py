"""The index files: the whole catalog in one document, written while it is read."""
