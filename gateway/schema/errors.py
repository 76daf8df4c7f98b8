"""What a caller of the graph can do wrong.

CallerError
├── BadUserInput     an id, an address, a cursor or a number that cannot be used
├── LimitExceeded    more than is allowed; names the limit and the value
└── Unauthenticated  only a subscriber who is signed in may ask for this
"""


class CallerError(Exception):
    """The caller asked for something that cannot be asked for."""


class BadUserInput(CallerError):
    """An argument cannot be used; the message says why."""


class LimitExceeded(CallerError):
    """More was asked for than is allowed."""

    def __init__(self, what: str, *, value: int, limit: int) -> None:
        super().__init__(f"{what} may be at most {limit}, not {value}.")
        self.value = value
        self.limit = limit


class Unauthenticated(CallerError):
    """Nobody is signed in, or no longer."""

    def __init__(self) -> None:
        super().__init__("Sign in to ask for this.")
