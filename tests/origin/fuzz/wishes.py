"""Requests that make sense, over all that the origin has; each is drawn by a generator of chances."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from gateway.contract import Path, Rel
from gateway.origin.oauth import visits
from gateway.origin.paths import SEGMENTS

from .drafts import Draft, Signed
from .world import NOW, PASSWORD, Person, World

Pairs = Sequence[tuple[str, str]]
Wish = Callable[[Random, World], Draft]

TERMS: Final = ("jaws", "the", "Indiana Jones", "star trek", "a", "Amélie", "love & war", "spielberg")
OWN: Final = (
    "",
    "/feeds",
    "/queues",
    "/queues/disc",
    "/queues/instant",
    "/queues/disc/available",
    "/queues/instant/saved",
    "/at_home",
    "/rental_history",
    "/rental_history/shipped",
    "/rental_history/returned",
    "/rental_history/watched",
    "/ratings",
    "/reviews",
    "/recommendations",
    "/lists",
    "/lists/notes",
)
SHARED: Final = {
    "v": ("1.0", "1.5", "2.0", "2"),
    "output": ("json", "xml", "pox"),
    "expand": ("@title", "@synopsis,@cast", "synopsis", "@box_art", "@filmography", "@awards", "all"),
    "callback": ("read",),
    "start_index": ("0", "1", "7", "1000"),
    "max_results": ("1", "3", "25", "100", "500"),
    "updated_min": ("1200000000", "2010-01-01T00:00:00Z", "0"),
    "filters": ("http://api.netflix.com/categories/title_formats/instant",),
}


def search(chance: Random, world: World) -> Draft:
    """Search titles or people, or have a name completed."""
    path = chance.choice(["/catalog/titles", "/catalog/people", "/catalog/titles/autocomplete"])
    return _shared(chance, _signed(chance, world, "GET", path, query=[("term", chance.choice(TERMS))]))


def title(chance: Random, world: World) -> Draft:
    """Look at a title or a part of it."""
    part = chance.choice(["", *(f"/{name}" for name in SEGMENTS.values())])
    return _shared(chance, _signed(chance, world, "GET", chance.choice(world.titles) + part))


def person(chance: Random, world: World) -> Draft:
    """Look at someone who plays or directs."""
    path = f"/catalog/people/{chance.choice(world.performers)}{chance.choice(['', '/filmography'])}"
    return _shared(chance, _signed(chance, world, "GET", path))


def index(chance: Random, world: World) -> Draft:
    """Read an index file."""
    name = chance.choice(["index", "full", "streaming", "dvd"])
    query = chance.sample([("include_amg", "true"), ("include_tms", "true"), ("v", "1.5")], 2)
    return _signed(chance, world, "GET", f"/catalog/titles/{name}", query=query)


def picture(chance: Random, world: World) -> Draft:
    """Look at a box."""
    size = chance.choice(["tiny", "small", "large", "150pix_w", "284pix_w"])
    return Draft("GET", f"/boxshots/{size}/{_title_id(chance, world)}.jpg")


def category(chance: Random, world: World) -> Draft:
    """Look at a vocabulary."""
    names = ["genres", "title_formats", "queue_availability", "mpaa_ratings", "tv_ratings", "screen_formats"]
    return _shared(chance, _signed(chance, world, "GET", f"/categories/{chance.choice(names)}"))


def own(chance: Random, world: World) -> Draft:
    """Look at something of a subscriber's."""
    who = chance.choice(world.people)
    draft = _by(chance, world, who, "GET", chance.choice(OWN))
    if chance.random() < 0.2:
        draft.query += [("output", chance.choice(["atom", "opml"]))]
    return _shared(chance, draft)


def current(chance: Random, world: World) -> Draft:
    """Ask who it is."""
    draft = _by(chance, world, chance.choice(world.people), "GET", "")
    draft.path = "/users/current"
    return _shared(chance, draft)


def feed(chance: Random, world: World) -> Draft:
    """Read a feed with its own token, unsigned."""
    who = chance.choice(world.people)
    query = [("feed_token", who.feed), ("oauth_consumer_key", world.consumers[0].key), ("output", "atom")]
    return Draft("GET", f"/users/{who.id}/queues/disc", query)


def entry(chance: Random, world: World) -> Draft:
    """Look at an entry of a queue, or remove it."""
    owner, kind, state, key = chance.choice(world.entries)
    who = next(one for one in world.people if one.id == owner)
    place = chance.choice(["", f"{chance.randrange(30)}/"])
    verb = chance.choice(["GET", "GET", "DELETE"])
    return _tagged(chance, _by(chance, world, who, verb, f"/queues/{kind}/{state}/{place}{key}"))


def enqueue(chance: Random, world: World) -> Draft:
    """Add a title, or move it."""
    kind = chance.choice(["disc", "instant"])
    fields = [("title_ref", world.base + chance.choice(world.titles))]
    if chance.random() < 0.6:
        fields.append(("position", str(chance.randrange(1, 30))))
    if chance.random() < 0.3:
        fields.append(("format", chance.choice(["DVD", "Blu-ray", "Instant"])))
    return _tagged(
        chance, _by(chance, world, chance.choice(world.people), "POST", f"/queues/{kind}", fields=fields)
    )


def reorder(chance: Random, world: World) -> Draft:
    """Put a whole new order of the instant queue."""
    who = chance.choice(world.people)
    names = [key for owner, kind, state, key in world.entries if (owner, kind) == (who.id, "instant")]
    names += [_title_id(chance, world) for _ in range(chance.randrange(3))]
    chosen = chance.sample(names, chance.randrange(len(names) + 1))
    draft = _by(chance, world, who, "PUT", "/queues/instant")
    draft.document = "".join(["<queue>", *(_item(world, who, key) for key in chosen), "</queue>"]).encode()
    return _tagged(chance, draft)


def rate(chance: Random, world: World) -> Draft:
    """Rate a title, or look at ratings."""
    verb = chance.choice(["GET", "POST", "PUT"])
    stars = chance.choice(["1", "5", "not_interested", "no_opinion"])
    fields = [] if verb == "GET" else [("rating", stars)]
    if chance.random() < 0.5:
        path = f"/ratings/title/actual/{_title_id(chance, world)}"
    else:
        path = f"/ratings/title{chance.choice(['', '/actual', '/predicted'])}"
        refs = [world.base + chance.choice(world.titles) for _ in range(1 if verb == "POST" else 5)]
        fields.append(("title_ref" if verb == "POST" else "title_refs", ",".join(refs)))
    return _by(chance, world, chance.choice(world.people), verb, path, fields=fields)


def states(chance: Random, world: World) -> Draft:
    """Ask what may be done with titles."""
    refs = ",".join(world.base + chance.choice(world.titles) for _ in range(chance.randrange(1, 40)))
    verb = chance.choice(["GET", "POST"])
    fields = [("title_refs", refs), *([("method", "GET")] if verb == "POST" else [])]
    return _by(chance, world, chance.choice(world.people), verb, "/title_states", fields=fields)


def handshake(chance: Random, world: World) -> Draft:
    """Ask for a token, or exchange one."""
    verb, consumer = chance.choice(["GET", "POST"]), chance.choice([world.consumers[0], *world.consumers[:2]])
    callback = chance.choice(["oob", "http://application.example/back", "https://gated.example/back"])
    fields = [("oauth_callback", callback), ("output", chance.choice(["", "json"]))]
    if chance.random() < 0.5:
        return _sent(
            Draft(verb, "/oauth/request_token", consumer=consumer, signed=_place(chance, verb)), fields
        )
    token = (chance.choice(world.requests), "hidden")
    fields = [("oauth_verifier", chance.choice(["", "123456", "0" * 40]))]
    return _sent(
        Draft(verb, "/oauth/access_token", consumer=consumer, token=token, signed=_place(chance, verb)),
        fields,
    )


def visit(chance: Random, world: World) -> Draft:
    """Open a page as a browser does, or send its form."""
    who = chance.choice(world.people)
    came = visits.sign_in(who.account, now=NOW) if chance.random() < 0.7 else visits.begin()
    headers = [("cookie", f"origin_visit={came.cookie}"), ("user-agent", "Mozilla/5.0")]
    path = chance.choice(
        ["/oauth/login", "/oauth/authenticate", "/oauth/authorizations", "/oauth/clock/time"]
    )
    query = [("oauth_token", chance.choice(world.requests))] if "auth" in path else []
    query += [("status", chance.choice(["", "wrong", "revoked"]))] if chance.random() < 0.3 else []
    draft = Draft("GET", path, query, headers=headers)
    if chance.random() < 0.6:
        draft.verb = "POST"
        fields = [
            ("csrf", came.form_code()),
            ("decision", chance.choice(["allow", "deny", "revoke", "sign-out"])),
        ]
        fields += [("consumer_key", "gated-key")] if chance.random() < 0.5 else []
        # A right password is slow on purpose.
        if chance.random() < 0.02:
            fields += [("login", who.account.login), ("password", PASSWORD)]
        draft.form = fields
    return draft


def bulk(chance: Random, world: World) -> Draft:
    """Send many requests in one; some of them change something."""
    entries: list[tuple[str, str]] = []
    for number in range(chance.randrange(1, 6)):
        one = chance.choice(SINGLE)(chance, world)
        if one.verb != "GET":
            one.query.append(("method", one.verb))
        one.query, one.form, one.document, one.verb = [*one.query, *one.form], [], None, "GET"
        entries.append((f"entry_{number}", one.address(world.base)))
    verb = "POST" if sum(len(url) for _, url in entries) > 1_200 else chance.choice(["GET", "POST"])
    draft = Draft(verb, chance.choice([Path.BULK, "/bulk"]))
    draft = _sent(draft, entries)
    return _shared(chance, draft) if chance.random() < 0.3 else draft


SINGLE: Final[tuple[Wish, ...]] = (
    search,
    title,
    person,
    category,
    own,
    current,
    feed,
    entry,
    enqueue,
    rate,
    states,
)
WISHES: Final[tuple[Wish, ...]] = (
    *SINGLE,
    enqueue,
    reorder,
    reorder,
    index,
    picture,
    handshake,
    visit,
    bulk,
    bulk,
)


def _signed(chance: Random, world: World, verb: str, path: str, query: Pairs = ()) -> Draft:
    signed = chance.choice([Signed.HEADER, Signed.QUERY])
    return Draft(verb, path, list(query), consumer=world.consumers[0], signed=signed)


def _by(  # noqa: PLR0913  # One argument a part of the request, and the chances.
    chance: Random,
    world: World,
    who: Person,
    verb: str,
    path: str,
    *,
    fields: Pairs = (),
) -> Draft:
    draft = Draft(verb, f"/users/{who.id}{path}", consumer=world.consumers[0], token=(who.token, who.secret))
    draft.signed = _place(chance, verb) if fields else Signed.HEADER
    return _sent(draft, fields)


def _sent(draft: Draft, fields: Pairs) -> Draft:
    if draft.verb in {"GET", "HEAD", "DELETE"}:
        draft.query += fields
    else:
        draft.form += fields
    return draft


def _place(chance: Random, verb: str) -> Signed:
    return chance.choice([Signed.HEADER, Signed.QUERY, Signed.QUERY if verb == "GET" else Signed.FORM])


def _shared(chance: Random, draft: Draft) -> Draft:
    """Ask for it in some other way than by default."""
    for name in chance.sample(list(SHARED), chance.choice([0, 0, 1, 1, 2, 3])):
        draft.query.append((name, chance.choice(SHARED[name])))
    return draft


def _tagged(chance: Random, draft: Draft) -> Draft:
    """Say sometimes which state of the queue it is meant for."""
    if chance.random() < 0.2:
        draft.headers.append(("if-match", chance.choice(['"0"', '"123"', "W/*", '"1-gzip", "2"'])))
    return draft


def _title_id(chance: Random, world: World) -> int:
    return int(chance.choice(world.titles).rpartition("/")[2])


def _item(world: World, who: Person, key: int) -> str:
    href = next((world.base + path for path in world.titles if path.endswith(f"/{key}")), "")
    queue = f"{world.base}/users/{who.id}/queues/instant/available"
    return (
        f'<queue_item><link href="{queue}" rel="{Rel.AVAILABLE_QUEUE}"></link>'
        f'<link href="{href}" rel="{Rel.TITLE}"></link></queue_item>'
    )
