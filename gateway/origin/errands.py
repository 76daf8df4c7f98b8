"""An inquiry that makes sense: which route it takes, and who is behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.origin.callers import Caller
from gateway.origin.calls import Call, read_view
from gateway.origin.eras import Era, is_there, meant
from gateway.origin.errors import (
    AnotherUser,
    DeveloperInactive,
    Invalid,
    MissingConsumerKey,
    NotFound,
    Refusal,
    Unauthorized,
    VerbRefused,
)
from gateway.origin.inquiries import Inquiry, read_parameters, read_verb
from gateway.origin.negotiation import wants_json
from gateway.origin.oauth.claims import Claims, read_claims
from gateway.origin.oauth.known import Known
from gateway.origin.oauth.verification import Verifier
from gateway.origin.paths import Paths, Place
from gateway.origin.representations.view import DAY, Version, View
from gateway.origin.routes.route import READS, Route
from gateway.origin.routes.table import Table
from gateway.origin.settings import TOKEN_AS_USER, OriginSettings


@dataclass(frozen=True, slots=True)
class Errand:
    """An inquiry whose address and verb make sense, and its place among the others."""

    place: int
    inquiry: Inquiry
    claims: Claims
    route: Route
    call: Call

    @property
    def is_write(self) -> bool:
        """Tell whether it changes anything."""
        return self.call.verb not in READS

    @property
    def is_stored(self) -> bool:
        """Tell whether it needs a transaction."""
        return self.is_write or self.route.is_made_by_reading


@dataclass(frozen=True, slots=True)
class Group:
    """Errands to one endpoint, to be shown in one way."""

    route: Route
    view: View
    errands: Sequence[Errand]


def read_errand(place: int, inquiry: Inquiry, paths: Paths, table: Table, era: Era) -> Errand:
    """Return the errand that *inquiry* is, or raise why it is none."""
    address = paths.read(inquiry.path)
    if address and not is_there(era, address):
        raise NotFound
    if address and address.place is Place.BULK:
        raise Invalid("entry", "a bulk request holds no other")
    if address and address.place is Place.INDEX and inquiry.output is not None:
        raise Invalid("entry", "an index file does not fit into a bulk answer")
    route = table.find(address) if address else None
    if address is None or route is None:
        raise _nowhere(inquiry)
    parameters = read_parameters(inquiry.parameters)
    verb = read_verb(inquiry, parameters)
    if verb not in route.verbs:
        raise VerbRefused(route.verbs)
    call = Call(
        meant(era, address),
        parameters,
        verb=verb,
        body=inquiry.body,
        if_match=inquiry.if_match,
        etag=inquiry.etag,
    )
    return Errand(place, inquiry, read_claims(inquiry), route, call)


def _nowhere(inquiry: Inquiry) -> Refusal:
    """Return what is said where nothing is; programs look at the root to see whether anybody is there."""
    if inquiry.path.strip("/"):
        return NotFound()
    try:
        read_claims(inquiry)
    except MissingConsumerKey:
        return DeveloperInactive()
    return NotFound()


@dataclass(frozen=True, slots=True)
class Stray:
    """An inquiry that leads nowhere; of a known application it counts all the same."""

    place: int
    claims: Claims


def read_stray(place: int, inquiry: Inquiry | Refusal) -> Stray | None:
    """Return what is to be counted of *inquiry*, if it says at all who sends it."""
    if isinstance(inquiry, Refusal):
        return None
    try:
        return Stray(place, read_claims(inquiry))
    except Refusal:
        return None


def admit(
    errand: Errand, known: Known, verifier: Verifier, paths: Paths, settings: OriginSettings
) -> tuple[Errand, View]:
    """Return *errand* with its caller, and how the answer is to be shown; raise who may not."""
    inquiry = errand.inquiry
    caller = _verify(errand, known, verifier)
    user = errand.call.address.user
    if user is not None and not _is_own(user, caller, settings.compat):
        raise AnotherUser
    view = read_view(paths, errand.call.parameters, inquiry.accept, output=inquiry.output)
    view = replace(view, era=settings.era, today=int(settings.clock()) // DAY)
    if settings.era is Era.LAUNCH:
        # There was no other version to ask for.
        view = replace(view, version=Version.V1_0)
    if view.callback and (errand.route.is_personal or errand.is_write):
        raise Invalid("callback", "what is a subscriber's own is no script")
    return replace(errand, call=replace(errand.call, caller=caller)), view


def _verify(errand: Errand, known: Known, verifier: Verifier) -> Caller:
    """Return who sends *errand*; a known application that reads JSON is not refused in a bare sentence."""
    inquiry, level = errand.inquiry, errand.route.level
    try:
        return verifier.verify(inquiry, errand.claims, known, level=level, is_write=errand.is_write)
    except Unauthorized as refusal:
        is_known = errand.claims.consumer_key in known.consumers
        if is_known and wants_json(inquiry.parameters, inquiry.accept):
            raise Refusal(refusal.status, refusal.message) from None
        raise


def _is_own(user: str, caller: Caller, compat: frozenset[str]) -> bool:
    if caller.subscriber is None:
        return False
    return user == caller.subscriber.id or (TOKEN_AS_USER in compat and user == caller.token)
