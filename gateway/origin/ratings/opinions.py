"""What may be said of a title. Pure."""

from enum import StrEnum

from gateway.origin.errors import Invalid


class Opinion(StrEnum):
    """The values that the parameter ``rating`` may have."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    NOT_INTERESTED = "not_interested"
    NO_OPINION = "no_opinion"
    """Takes back what was said before."""

    @property
    def stars(self) -> int | None:
        """Return how many stars it is; whoever is not interested gives none."""
        return int(self) if self.isdigit() else None


def read_opinion(text: str) -> Opinion:
    """Return the opinion that *text* is."""
    try:
        return Opinion(text.strip())
    except ValueError:
        raise Invalid("rating") from None
