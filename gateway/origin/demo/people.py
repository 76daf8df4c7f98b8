"""The people of the demo, and what they wrote. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Written:
    """A review."""

    stars: int
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber to try the program with."""

    login: str
    first_name: str
    last_name: str
    nickname: str | None
    formats: tuple[str, ...]
    """The preferred ones, the most preferred first."""
    reviews: Mapping[str, Written] = field(default_factory=dict)
    """By the title's name."""


PEOPLE: Final = (
    Person(
        "ann@example.org",
        "Ann",
        "Archer",
        "annie",
        ("Instant", "DVD"),
        {
            "Jaws": Written(
                5, "Half the fear is in what stays under water. I still count to three before I swim out."
            ),
            "My Neighbor Totoro": Written(
                5, "Nothing much happens, and every minute of it is a good one. My children ask for the bus."
            ),
            "Failure to Launch": Written(
                2, "Two likable people, one idea, and ninety minutes to stretch it over. The boat was nice."
            ),
        },
    ),
    Person(
        "ben@example.org",
        "Ben",
        "Baker",
        None,
        ("Instant", "Blu-ray"),
        {
            "The Terminator": Written(
                4, "Small budget, huge dread. The later ones are louder; this one does not let go."
            ),
            "Fargo": Written(
                5, "Polite people, terrible plans, a lot of snow. I laughed and felt bad about it."
            ),
            "Tooth Fairy": Written(1, "Lost a bet, watched this, paid in full."),
        },
    ),
    Person(
        "cleo@example.org",
        "Cleo",
        "Castle",
        "cleo57",
        ("Instant",),
        {
            "In the Mood for Love": Written(
                5, "Two people pass each other on the stairs, and somehow that is the whole story."
            ),
            "Fawlty Towers": Written(5, "Twelve episodes, not one too many. Start with the rat."),
            "Tomorrow Never Dies": Written(3, "The motorcycle part is worth the rest."),
        },
    ),
)

RATERS: Final = tuple(f"rater-{number:02d}@example.org" for number in range(1, 41))
"""People who rate and do nothing else; nobody can sign in as one of them."""
