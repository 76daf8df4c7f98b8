"""OAuth 1.0a as this API verifies it (contract 2.2, 2.3, 2.8 and 10)."""
