"""Resources by address: what each answers, for a list of calls at once."""
