"""Why a queue stays as it is (contract 3.12 and 5). Pure.

Refusal
├── StaleTag
├── AlreadyQueued
├── NotQueued
├── TitleUnavailable
├── SavedCannotMove
├── QueueFull
├── FormatUnknown
├── FormatUnavailable
├── FormatForbidden
├── AtHome
├── SetCannotMove
├── TitleRepeated
├── TooManyTitles
└── Contradiction
"""

from gateway.origin.errors import Refusal


class StaleTag(Refusal):
    """The queue has changed since it was read."""

    def __init__(self) -> None:
        super().__init__(412, "Queue has been modified")


class AlreadyQueued(Refusal):
    """The title is in the queue, and nothing was said of where or how it should be."""

    def __init__(self) -> None:
        super().__init__(412, "Title is already in queue", sub_code=710)


class NotQueued(Refusal):
    """The title is not in that part of the queue."""

    def __init__(self) -> None:
        super().__init__(404, "Title is not in Queue", sub_code=610)


class TitleUnavailable(Refusal):
    """There is no such title, or it is not to be had at all."""

    def __init__(self) -> None:
        super().__init__(400, "Title not found or not available", sub_code=130)


class SavedCannotMove(Refusal):
    """What is saved has no position."""

    def __init__(self) -> None:
        super().__init__(400, "Title is saved and cannot be moved", sub_code=620)


class QueueFull(Refusal):
    """The queue holds as many titles as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(400, f"Queue is too large: it is limited to {limit} titles", sub_code=650)


class FormatUnknown(Refusal):
    """The queue knows no such format."""

    def __init__(self) -> None:
        super().__init__(400, "Title format is invalid", sub_code=660)


class FormatUnavailable(Refusal):
    """The title is to be had, but not like this."""

    def __init__(self) -> None:
        super().__init__(400, "Title is not available in this format for the user", sub_code=660)


class FormatForbidden(Refusal):
    """The subscriber gets nothing in this format."""

    def __init__(self) -> None:
        super().__init__(400, "Invalid format for this user")


class AtHome(Refusal):
    """The disc is with the subscriber."""

    def __init__(self) -> None:
        super().__init__(400, "Title is currently at home", sub_code=690)


class SetCannotMove(Refusal):
    """Of a set each disc is moved by itself."""

    def __init__(self) -> None:
        super().__init__(400, "Cannot move a series parent title")


class TitleRepeated(Refusal):
    """A title stands in the new queue twice."""

    def __init__(self) -> None:
        super().__init__(400, "Duplicate title found", sub_code=710)


class TooManyTitles(Refusal):
    """The new queue would hold more titles than it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(409, f"The resulting queue would be too large: it is limited to {limit} titles")


class Contradiction(Refusal):
    """An item of the new queue says two different things."""

    def __init__(self) -> None:
        super().__init__(409, "Conflicts found within the representation")
