"""Entries of requests: each a call against the allowance, for one errand or for several at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.loaders.orders import Errand
from gateway.loaders.wants import Answered, Ask
from gateway.resources import Href
from gateway.upstream.quota.meter import Account
from gateway.upstream.reader import Exchange, Read


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One entry of a request: a call against the allowance, for one errand or for several at once."""

    ask: Ask
    errands: tuple[Errand, ...]
    """In the order of the wants of ``ask``."""
    attempt: int = 1
    hops: tuple[Href, ...] = ()
    """Where the origin has sent us on to, one after the other."""
    was_refused: bool = False
    """Whether it was refused before for what is past: the allowance of a second, or a wrong clock."""

    @property
    def read(self) -> Read:
        """Return what is asked for, where it is by now."""
        read = self.ask.read
        return replace(read, href=self.hops[-1]) if self.hops else read

    @property
    def predicted_bytes(self) -> int:
        """Return how large its answer is likely to be."""
        return self.ask.predicted_bytes

    @property
    def sent_bytes(self) -> int:
        """Return how much of a request it takes."""
        return self.ask.sent_bytes

    @property
    def family(self) -> str:
        """Return the family that it belongs to."""
        return self.ask.wants[0].relation.family

    @property
    def account(self) -> Account:
        """Return what the origin counts it as: the consumer's, or the subscriber's (contract 2.9)."""
        return Account(self.ask.wants[0].identity)

    @property
    def is_wanted(self) -> bool:
        """Say whether anybody still waits for it."""
        return any(errand.is_wanted for errand in self.errands)

    def without_parts(self) -> "Call | None":
        """Return it without what is to be expanded; nothing where nothing is."""
        wants = tuple(replace(want, parts=frozenset()) for want in self.ask.wants)
        return replace(self, ask=Ask(wants)) if any(want.parts for want in self.ask.wants) else None

    def answered(self, answer: Answered) -> list[tuple[Errand, Answered]]:
        """Return what *answer* says to each errand."""
        said = self.ask.answers(answer)
        return [(errand, said[want]) for errand, want in zip(self.errands, self.ask.wants, strict=True)]


def tell(calls: Sequence[Call], exchange: Exchange) -> None:
    """Tell every order of the request that carries something for it."""
    for order in dict.fromkeys(errand.payer for errand in errands_of(calls)):
        order.sent(
            exchange, [call.ask for call in calls if any(each.payer is order for each in call.errands)]
        )


def afforded(calls: Sequence[Call]) -> bool:
    """Say whether all who wait for *calls* may have them made once more."""
    orders = dict.fromkeys(errand.payer for errand in errands_of(calls))
    return all(
        order.affords([call.ask for call in calls if any(each.payer is order for each in call.errands)])
        for order in orders
    )


def errands_of(calls: Iterable[Call]) -> list[Errand]:
    """Return all errands of *calls*."""
    return [errand for call in calls for errand in call.errands]


def by_account(calls: Iterable[Call]) -> dict[Account, list[Call]]:
    """Return *calls* by what the origin counts them as."""
    groups: defaultdict[Account, list[Call]] = defaultdict(list)
    for call in calls:
        groups[call.account].append(call)
    return groups


def latest(calls: Iterable[Call]) -> float:
    """Return until when the last of those who wait for *calls* waits."""
    return max(errand.deadline for errand in errands_of(calls))
