"""Why somebody is not signed in.

SignInFailed
├── NotBegunHere      the browser has not begun such a sign-in, or it is over
├── NotAllowed        the subscriber, or the origin, said no
└── OriginTroubled    the origin could not be asked, or its answer cannot be used
"""


class SignInFailed(Exception):
    """A sign-in came to nothing; the message is for the person who tried."""


class NotBegunHere(SignInFailed):
    """The browser has not begun such a sign-in, or it is over."""

    def __init__(self) -> None:
        super().__init__("This browser has not begun this sign-in, or it took longer than ten minutes.")


class NotAllowed(SignInFailed):
    """The subscriber, or the origin, said no."""

    def __init__(self) -> None:
        super().__init__("You did not allow it, or the service refused it.")


class OriginTroubled(SignInFailed):
    """The origin could not be asked, or its answer cannot be used."""

    def __init__(self) -> None:
        super().__init__("The service that knows your account does not answer as it should.")
