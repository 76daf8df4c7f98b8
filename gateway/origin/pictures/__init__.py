"""Pictures of titles: files that were given, and posters drawn for all others."""
