"""What subscribers can do with titles (contract 3.10)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.calls import Answer, Call, Document, Endpoint
from gateway.origin.errors import Refusal
from gateway.origin.queues.references import read_references
from gateway.origin.queues.states import Question, title_states
from gateway.origin.representations import states
from gateway.origin.representations.view import View
from gateway.origin.routes.searches import Clock


def show_states(clock: Clock) -> Endpoint:
    """``GET {user}/title_states``: the states of the titles named; without any, how to ask."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        questions = [_question(view, call) for call in calls]
        good = [question for question in questions if isinstance(question, Question)]
        found = iter(await title_states(session, good, now=int(clock())))
        return [
            question
            if isinstance(question, Refusal)
            else Document(states.title_states(view, question.subscriber.id, next(found)))
            for question in questions
        ]

    return endpoint


def _question(view: View, call: Call) -> Question | Refusal:
    try:
        addresses = read_references(view.paths, call.parameters.get("title_refs", ""))
    except Refusal as refusal:
        return refusal
    return Question(call.subscriber, addresses)
