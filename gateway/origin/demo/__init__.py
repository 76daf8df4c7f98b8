"""Subscribers to try the program with, and what is theirs."""
