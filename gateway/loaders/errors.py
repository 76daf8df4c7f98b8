"""What loading refuses to do."""


class TooMuch(Exception):
    """An operation needs more than it may."""

    def __init__(self, what: str, *, value: int, limit: int) -> None:
        super().__init__(f"{what} may be at most {limit}, not {value}.")
        self.value = value
        self.limit = limit
