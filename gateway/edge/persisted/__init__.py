"""Documents that are asked by what they are called: registered by clients, or listed by those who run us."""
