"""Rows become documents. Pure."""
