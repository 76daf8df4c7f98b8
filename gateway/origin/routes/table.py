"""Which endpoint answers which address, and how well it is protected."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from gateway.origin.database import Database
from gateway.origin.oauth.verification import Level
from gateway.origin.paths import FILMOGRAPHY, Address, Place
from gateway.origin.records import Facet
from gateway.origin.representations.facets import DOCUMENTS
from gateway.origin.routes.categories import show_categories
from gateway.origin.routes.index import index_files
from gateway.origin.routes.people import show_filmographies, show_people
from gateway.origin.routes.personal import personal_routes
from gateway.origin.routes.route import Route
from gateway.origin.routes.searches import search_people, search_titles, suggest
from gateway.origin.routes.titles import (
    MEMBERS,
    show_children,
    show_facet,
    show_members,
    show_similars,
    show_titles,
)
from gateway.origin.settings import SHARED_QUEUE_ETAG, OriginSettings

_KINDS: Final = (Place.MOVIE, Place.SERIES, Place.SEASON, Place.PROGRAM, Place.DISC)
_CHILDREN: Final = (Facet.SEASONS, Facet.EPISODES, Facet.DISCS)


class Table:
    """All resources but the bulk request, which is made of them."""

    def __init__(self, settings: OriginSettings, database: Database) -> None:
        clock = settings.clock
        personal = personal_routes(clock, is_tag_shared=SHARED_QUEUE_ETAG in settings.compat)
        # One route for all kinds of title, and not one for each: what shares a route is read together.
        parts = {None: Route(show_titles), **_parts()}
        self._routes: Mapping[tuple[Place, str | None], Route] = {
            (Place.SEARCH, None): Route(search_titles(clock), together=1),
            (Place.AUTOCOMPLETE, None): Route(suggest(clock), Level.KEY, together=1),
            (Place.INDEX, None): Route(index_files(database), together=1),
            (Place.PEOPLE, None): Route(search_people, together=1),
            (Place.PERSON, None): Route(show_people),
            (Place.PERSON, FILMOGRAPHY): Route(show_filmographies),
            (Place.CATEGORY, None): Route(show_categories),
            **{(place, None): route for place, route in personal.items()},
            **{(kind, part): route for part, route in parts.items() for kind in _KINDS},
        }

    def find(self, address: Address) -> Route | None:
        """Return the route to *address*."""
        return self._routes.get((address.place, address.part))


def _parts() -> Mapping[str | None, Route]:
    return {
        **{facet: Route(partial(show_facet, facet)) for facet in DOCUMENTS},
        **{facet: Route(partial(show_members, facet)) for facet in MEMBERS},
        **{facet: Route(partial(show_children, facet)) for facet in _CHILDREN},
        Facet.SIMILARS: Route(show_similars, together=10),
    }
