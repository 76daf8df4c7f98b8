"""Who may see a representation. Pure."""

from typing import Final, NewType

Identity = NewType("Identity", str)
"""Everyone, or one subscriber; it stands in every key of a loader, of the cache and of what is in flight."""


def subscriber(user_id: str) -> Identity:
    """Return the identity of the subscriber whom the origin calls *user_id*."""
    return Identity(f"user:{user_id}")


PUBLIC: Final = Identity("public")
