"""What comes from forms and goes to browsers."""

from collections.abc import Iterable, Mapping

from gateway.origin.errors import Invalid
from gateway.origin.inquiries import Inquiry
from gateway.origin.oauth.visitors import Visitor
from gateway.origin.oauth.visits import Visit
from gateway.origin.pages import layout, results
from gateway.origin.replies import Reply


def read_fields(inquiry: Inquiry, names: Iterable[str]) -> Mapping[str, str]:
    """Return the fields called *names*, wherever they are; programs repeat them, but only as they are."""
    return _once((*inquiry.query, *inquiry.form, *inquiry.unsigned), frozenset(names))


def read_form(inquiry: Inquiry) -> Mapping[str, str]:
    """Return what somebody filled in; it is never read from an address, which others may see."""
    fields = (*inquiry.form, *inquiry.unsigned)
    return _once(fields, frozenset({"login", "password", "csrf", "decision", "consumer_key"}))


def reply(
    body: bytes, visitor: Visitor, visit: Visit | None = None, *, status: int = 200, leads_away: bool = False
) -> Reply:
    """Reply with a page, and with the cookie if the visitor does not have it."""
    headers = {**layout.headers(leads_away=leads_away)}
    if visit is not None and visit.is_new:
        headers["set-cookie"] = visitor.set_cookie(visit.cookie)
    return Reply(status, body, headers)


def lead_to(address: str, text: str, visitor: Visitor, visit: Visit | None = None) -> Reply:
    """Reply with a redirection after a form; 302, which old programs know, makes a GET of it."""
    page = reply(results.passing_page(text, address), visitor, visit, status=302)
    return Reply(page.status, page.body, {**page.headers, "location": address})


def _once(pairs: Iterable[tuple[str, str]], names: frozenset[str]) -> Mapping[str, str]:
    """Return fields by name; an empty one is none, and two that differ are refused."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in names and value and found.setdefault(name, value) != value:
            raise Invalid(name)
    return found
