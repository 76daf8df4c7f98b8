"""A subscriber at the wire: their documents, at addresses that nobody could guess."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.contract import Rel, Scheme, feed_rel
from tests.gateway.documents import address, category, link, page, title
from tests.gateway.wire import Wire

ANN: Final = "T1ann-"

FILM: Final = "/catalog/titles/movies/{}".format

Items = Sequence[str]


def encoded(text: str) -> str:
    """Return *text* as ids and cursors are written."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def film(number: int, *children: str) -> str:
    """Return what an item says of the film *number*: the link there, and its record."""
    record = title(FILM(number), f"F{number}", *children)
    inside = record.partition("</id>")[2].removesuffix("</catalog_title>")
    return link(Rel.TITLE, FILM(number), f"F{number}") + inside


def entry(number: int, *facts: str, saved: bool = False, children: tuple[str, ...] = ()) -> str:
    """Return the entry of a queue for the film *number*, at that position."""
    place = "saved" if saved else "available"
    rel = Rel.SAVED_QUEUE if saved else Rel.AVAILABLE_QUEUE
    position = "" if saved else f"<position>{number}</position>"
    state = category(Scheme.QUEUE_AVAILABILITY, "saved" if saved else "available now")
    kind = category(Scheme.TITLE_FORMATS, "Instant")
    own = f"<id>{address(f'/e/{place}/{number}')}</id>{position}{link(rel, '/x')}{state}{kind}"
    return f"<queue_item>{own}{''.join(facts)}{film(number, *children)}</queue_item>"


def queue(entries: Items, etag: str, parameters: dict[str, str], ways: str = "") -> str:
    """Return a page of a queue."""
    shown = page("queue", list(entries), parameters)
    return shown.replace("<queue>", f"<queue><etag>{etag}</etag>{ways}", 1)


def about(root: str, said: Callable[[str], str]) -> Callable[[dict[str, str]], str]:
    """Return what answers about each title that is asked about."""

    def answer(parameters: dict[str, str]) -> str:
        titles = parameters.get("title_refs", "").split(",")
        return f"<{root}>{''.join(said(each) for each in titles if each)}</{root}>"

    return answer


def state_of(href: str, label: str = "In Queue") -> str:
    """Return the state of a title in the instant queue."""
    kinds = category(Scheme.TITLE_FORMATS, "Instant") + category(Scheme.TITLE_STATES, label)
    inside = (
        f"{link(Rel.INSTANT_QUEUE, '/q')}<format><preferred_format>true</preferred_format>{kinds}</format>"
    )
    state = f"<title_state_item>{inside}</title_state_item>"
    return f"<title_state>{link(Rel.TITLE, href, 'T')}{state}</title_state>"


def rating_of(href: str, user: int | None = None, predicted: float = 3.5) -> str:
    """Return the rating of a title."""
    given = "" if user is None else f"<user_rating>{user}</user_rating>"
    number = href.rpartition("/")[2]
    record = film(int(number), "<average_rating>4.0</average_rating>") if number.isdigit() else ""
    predicted_ = f"<predicted_rating>{predicted}</predicted_rating>"
    return f"<ratings_item><id>{href}</id>{record}{predicted_}{given}</ratings_item>"


@dataclass
class Household:
    """What a subscriber has; ``serve`` puts it on a wire."""

    user: str = ANN
    name: str = "Ann"
    instant: Items = ()
    disc: Items = ()
    saved: Items = ()
    etag: str = "123"
    state: Callable[[str], str] = state_of
    rating: Callable[[str], str] = rating_of
    lists: dict[str, tuple[str, Items]] = field(default_factory=dict)
    """Root and items of the other lists, by their path."""

    @property
    def root(self) -> str:
        """Where everything but the subscriber themselves is."""
        return f"/of/{self.name.lower()}"

    def serve(self, wire: Wire) -> None:
        """Put all documents on *wire*."""
        root = self.root
        ways = (
            (Rel.QUEUES, "queues"),
            (Rel.RENTAL_HISTORY, "history"),
            (Rel.RECOMMENDATIONS, "recommended"),
            (Rel.TITLE_STATES, "states"),
            (Rel.RATINGS, "opinions"),
            (Rel.REVIEWS, "written"),
            (Rel.AT_HOME, "home"),
            (Rel.FEEDS, "feeds"),
        )
        links = "".join(link(rel, f"{root}/{path}") for rel, path in ways)
        wire.documents[f"/users/{self.user}"] = (
            f"<user><user_id>{self.user}</user_id><first_name>{self.name}</first_name>"
            f"<can_instant_watch>true</can_instant_watch>{links}</user>"
        )
        wire.documents[f"{root}/queues"] = resource(
            (Rel.INSTANT_QUEUE, f"{root}/q1"), (Rel.DISC_QUEUE, f"{root}/q2")
        )
        wire.documents[f"{root}/opinions"] = resource(
            (Rel.TITLE_RATINGS, f"{root}/stars"), (Rel.ACTUAL_RATINGS, f"{root}/given")
        )
        wire.documents[f"{root}/feeds"] = resource(
            *(
                (feed_rel(name), f"{root}/{path}?feed_token=SECRET&oauth_consumer_key=key&output=atom")
                for name, path in (("rental_history.shipped", "shipped"), ("rental_history.watched", "seen"))
            )
        )
        wire.documents[f"{root}/states"] = about("title_states", self.state)
        wire.documents[f"{root}/stars"] = about("ratings", self.rating)
        self._serve_queues(wire)
        for path, (name, items) in self.lists.items():
            wire.documents[f"{root}/{path}"] = _paged(name, items)

    def _serve_queues(self, wire: Wire) -> None:
        root = self.root
        parts = link(Rel.AVAILABLE_QUEUE, f"{root}/q1a") + link(Rel.SAVED_QUEUE, f"{root}/q1s")
        whole = [*self.instant, *self.saved]
        wire.documents[f"{root}/q1"] = lambda asked: queue(whole, self.etag, asked, parts)
        wire.documents[f"{root}/q1a"] = lambda asked: queue(self.instant, self.etag, asked, parts)
        wire.documents[f"{root}/q1s"] = lambda asked: queue(self.saved, self.etag, asked, parts)
        wire.documents[f"{root}/q2"] = lambda asked: queue(self.disc, "0", asked)


def resource(*links: tuple[str, str]) -> str:
    """Return a document that only leads on."""
    return f"<resource>{''.join(link(rel, path, rel.rpartition('/')[2]) for rel, path in links)}</resource>"


def _paged(root: str, items: Items) -> Callable[[dict[str, str]], str]:
    return lambda asked: page(root, list(items), asked)


def paths(*names: str, of: Household | None = None) -> list[str]:
    """Return the sorted paths of what is called *names* at a household."""
    root = (of or Household()).root
    return sorted(name if name.startswith("/") else f"{root}/{name}" for name in names)
