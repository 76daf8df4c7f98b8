"""People."""

from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry

from gateway import relations, resources
from gateway.contract import Rel
from gateway.schema import ids
from gateway.schema.connection import Connection
from gateway.schema.context import Context, Info
from gateway.schema.facts import TextFormat
from gateway.schema.follow import follow_pages
from gateway.schema.markup import plain, sanitised
from gateway.schema.node import Node
from gateway.schema.pace import RECORD
from gateway.schema.scalars import URL, web_address
from gateway.upstream.errors import MalformedDocument

if TYPE_CHECKING:
    from gateway.schema.title import Title


def _show_title(title: resources.Title, context: Context) -> object:
    return context.show_title(title, context)


@strawberry.type(description="Someone who played in a title or directed it.")
class Person(Node):
    resource: strawberry.Private[resources.Person]
    href: URL = strawberry.field(description="The REST resource behind this object.")
    name: str = strawberry.field(description="Their name.")
    web_page: URL | None = strawberry.field(description="A page about them for people to read.")

    @strawberry.field(description="Their life in a few sentences; null when the origin has none.")
    def bio(
        self,
        info: Info,
        format: Annotated[
            TextFormat, strawberry.argument(description="Plain text, or sanitised HTML.")
        ] = TextFormat.PLAIN,
    ) -> str | None:
        html = self.resource.bio
        if html is None:
            return None
        return info.context.write(plain if format is TextFormat.PLAIN else sanitised, html)

    filmography: Connection[Annotated["Title", strawberry.lazy("gateway.schema.title")]] | None = (
        follow_pages(relations.FILMOGRAPHY, _show_title, description="What they played in or directed.")
    )

    @classmethod
    def of(cls, person: resources.Person, context: Context) -> Self:
        context.pace.spend(RECORD)
        address = context.origin.address(person.href)
        if address is None or address.noun != "person":
            raise MalformedDocument("person/id", "the address of a person")
        web_page = person.links.get(Rel.ALTERNATE)
        return cls(
            resource=person,
            id=strawberry.ID(ids.encode(address)),
            href=URL(person.href),
            name=person.name,
            web_page=web_address(web_page.href) if web_page else None,
        )


def show_people(content: resources.People | resources.LinkList, context: Context) -> list[Any]:
    """Show each of a list of people, records or links."""
    if isinstance(content, resources.LinkList):
        return [Person.of(resources.Person.of_link(link), context) for link in content.links]
    return [Person.of(person, context) for person in content.items]
