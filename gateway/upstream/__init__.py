"""The origin as seen from outside."""
