"""What loading and changing refuse, and why nothing can be said of a change.

TooMuch
ChangeError
├── OutcomeUnknown   whether it was made cannot be found out now; repeating its id will tell
├── Unverifiable     the origin does not say which state the queue is in, so nothing guards the change
└── IdReused         the id stands for another change already
"""


class TooMuch(Exception):
    """An operation needs more than it may."""

    def __init__(self, what: str, *, value: int, limit: int) -> None:
        super().__init__(f"{what} may be at most {limit}, not {value}.")
        self.value = value
        self.limit = limit


class ChangeError(Exception):
    """A change has no outcome."""


class OutcomeUnknown(ChangeError):
    """Nobody knows whether the change was made; it may still be made. Repeating its id is safe."""

    def __init__(self, mutation_id: str) -> None:
        super().__init__(
            "It is not known whether the change was made. Repeat it with the same clientMutationId."
        )
        self.mutation_id = mutation_id


class Unverifiable(ChangeError):
    """The queue came without a tag, so whoever changes it could undo what somebody else did."""

    def __init__(self) -> None:
        super().__init__("The origin does not say which state the queue is in, so it was not changed.")


class IdReused(ChangeError):
    """The id was used for another change within the last 24 hours."""

    def __init__(self) -> None:
        super().__init__("The clientMutationId was used with other arguments.")
