"""The origin: the public Netflix REST API again, over a real database."""
