"""The audits, in tables by resource."""
