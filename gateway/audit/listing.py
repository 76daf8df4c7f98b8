"""The whole contract as audits: every table, in the order in which the contract tells it."""

from typing import Final

from gateway.audit.audit import Audit
from gateway.audit.tables import (
    bulk,
    index,
    limits,
    lists,
    oauth,
    parts,
    people,
    queues,
    representations,
    search,
    second,
    signatures,
    subscribers,
    titles,
    writes,
)

AUDITS: Final[tuple[Audit, ...]] = (
    *search.SEARCH,
    *search.AUTOCOMPLETE,
    *titles.TITLES,
    *titles.EXTRAS,
    *parts.PARTS,
    *parts.EXPAND,
    *people.PEOPLE,
    *people.CATEGORIES,
    *representations.XML_DOCUMENTS,
    *representations.JSON_DOCUMENTS,
    *representations.CACHING,
    *representations.REQUESTS,
    *signatures.LEVELS,
    *signatures.SIGNATURES,
    *bulk.BULK,
    *index.INDEX,
    *second.SECOND,
    *oauth.OAUTH,
    *subscribers.USERS,
    *subscribers.FEED,
    *subscribers.TITLE_STATES,
    *queues.READING,
    *writes.WRITING,
    *lists.RENTALS,
    *lists.RATING,
    *lists.OTHERS,
    *limits.LIMITS,
)
