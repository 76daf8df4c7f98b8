"""Why there is nothing to decide on the login page (contract 2.8). Pure.

Unauthorized
├── RequestTokenEnded
├── ApplicationMismatch
├── ConsumerMismatch
└── ForeignForm
"""

from gateway.origin.errors import Unauthorized


class RequestTokenEnded(Unauthorized):
    """The request token is unknown, has expired, or was decided on already."""

    def __init__(self) -> None:
        super().__init__(401, "Expired or bad request token")


class ApplicationMismatch(Unauthorized):
    """The application is not called as the request says."""

    def __init__(self) -> None:
        super().__init__(401, "Application name mismatch")


class ConsumerMismatch(Unauthorized):
    """The request token was given to another consumer."""

    def __init__(self) -> None:
        super().__init__(401, "Consumer key mismatch")


class ForeignForm(Unauthorized):
    """The form was on another site's page."""

    def __init__(self) -> None:
        super().__init__(403, "This form comes from another site")
