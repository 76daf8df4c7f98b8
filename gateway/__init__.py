"""One GraphQL graph over a hypermedia REST API, and that API itself."""
