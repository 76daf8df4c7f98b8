"""The origin's allowance: so many calls a second and a day, counted here before the origin counts them."""
