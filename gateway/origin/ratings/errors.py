"""Why a rating stays as it is (contract 3.14). Pure.

Refusal
└── AlreadyRated
"""

from gateway.origin.errors import Refusal


class AlreadyRated(Refusal):
    """The title has a rating, which is changed by PUT."""

    def __init__(self) -> None:
        super().__init__(422, "Title has already been rated")
