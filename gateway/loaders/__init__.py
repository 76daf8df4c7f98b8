"""From wanted links to few requests."""
