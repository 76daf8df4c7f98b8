"""The embedded catalog, and the importers."""
