"""The ways from the viewer to what is theirs: links, but for the address of the viewer themselves."""

from datetime import UTC, datetime

from gateway import personal
from gateway.contract import Path
from gateway.relations import Relation
from gateway.resources import Content, Href, Links
from gateway.schema.context import Context
from gateway.schema.errors import Unauthenticated
from gateway.schema.follow import link_of
from gateway.subscriber import Resource, User
from gateway.upstream.errors import MissingTitle
from gateway.upstream.href import with_parameters
from gateway.upstream.hypermedia import expect


async def load_user(context: Context) -> User:
    """Load who is signed in; raise ``Unauthenticated`` when nobody is."""
    if context.viewer is None:
        raise Unauthenticated
    href = context.origin.expand_path(Path.USER, id=context.viewer.user_id)
    return expect(await context.load(personal.USER, href), User)


async def load_ways(links: Links, relation: Relation, context: Context) -> Links:
    """Load where the document behind *relation* leads; nowhere without a link to it."""
    link = link_of(links, relation)
    if link is None:
        return {}
    return expect(await context.load(relation, link.href), Resource).links


async def load_about(title: Href, relation: Relation, context: Context) -> Content | None:
    """Load what the viewer's resource behind *relation* says of *title*.

    Nothing for nobody, and where it says nothing of it.
    """
    if context.viewer is None:
        return None
    links = (await load_user(context)).links
    if relation is personal.TITLE_RATINGS:
        links = await load_ways(links, personal.RATINGS, context)
    link = link_of(links, relation)
    if link is None:
        return None
    try:
        return await context.load(relation, link.href, title=title)
    except MissingTitle:
        return None


def updated_since(href: Href, moment: datetime | None) -> Href:
    """Return the address of the same list with nothing in it that was last changed before *moment*."""
    if moment is None:
        return href
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return with_parameters(href, {"updated_min": max(0, int(seconds))})
