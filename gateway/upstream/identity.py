"""Who may see a representation. Pure."""

from typing import Final, NewType

Identity = NewType("Identity", str)
"""Everyone, or one subscriber; it stands in every key of a loader, of the cache and of what is in flight."""

PUBLIC: Final = Identity("public")
