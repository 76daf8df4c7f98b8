"""Category schemes, which are addresses too (contract 3.7)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.calls import Answer, Call, Document
from gateway.origin.errors import NotFound
from gateway.origin.queries.vocabularies import catalog_terms
from gateway.origin.representations.categories import FIXED, categories
from gateway.origin.representations.view import View


async def show_categories(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET /categories/{scheme}``: the terms that the scheme has."""
    schemes = dict.fromkeys(call.address.name or "" for call in calls)
    terms = {scheme: await _terms(session, scheme) for scheme in schemes}
    answers: list[Answer] = []
    for call in calls:
        scheme = call.address.name or ""
        found = terms[scheme]
        answers.append(NotFound() if found is None else Document(categories(view, scheme, found)))
    return answers


async def _terms(session: AsyncSession, scheme: str) -> Sequence[str] | None:
    if scheme in FIXED:
        return FIXED[scheme]
    return await catalog_terms(session, scheme)
