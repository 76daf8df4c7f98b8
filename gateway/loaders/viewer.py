"""Who is signed in. Pure."""

from dataclasses import dataclass, field

from gateway.upstream.identity import Identity, subscriber
from gateway.upstream.signing import Credentials


@dataclass(frozen=True, slots=True)
class Viewer:
    """The subscriber on whose behalf an operation runs: made by ``auth``, used by ``schema``."""

    user_id: str
    """What the origin calls them: one segment of ``/users/{id}``."""
    token: Credentials = field(repr=False)
    """Signs what only they may see, and nothing else."""
    session: str = ""
    """What their session is called where sessions are kept; nobody can sign in with it."""

    @property
    def identity(self) -> Identity:
        """Return who may see what is read on their behalf, as it stands in every key."""
        return subscriber(self.user_id)
