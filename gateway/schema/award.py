"""Awards, and whom they went to."""

from typing import Any

import strawberry

from gateway import relations, resources
from gateway.schema.context import Context, Info
from gateway.schema.follow import following, show_link
from gateway.schema.person import Person


@strawberry.type(description="An award that was won, or a nomination for it.")
class Award:
    link: strawberry.Private[resources.Link | None]
    name: str = strawberry.field(description="What it is for, as `Best Picture`.")
    body: str = strawberry.field(description="Who gives it, as `academy_awards`.")
    year: int | None = strawberry.field(description="The year it was given.")
    won: bool = strawberry.field(description="Whether it was won; otherwise it was a nomination.")

    @strawberry.field(
        description="Who got it; null where it went to the title.", metadata=following(relations.PERSON)
    )
    def person(self, info: Info) -> Person | None:
        if self.link is None:
            return None
        return show_link(self.link, relations.PERSON, Person.of, info)  # type: ignore[return-value]


def show_awards(content: resources.Awards, _context: Context) -> list[Any]:
    """Show each of a title's awards."""
    return [
        Award(link=award.person, name=award.name, body=award.body, year=award.year, won=award.is_won)
        for award in content.items
    ]
