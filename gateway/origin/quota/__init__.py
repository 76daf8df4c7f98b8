"""How much each application may ask, and what it has asked (contract 2.9 and 11)."""
