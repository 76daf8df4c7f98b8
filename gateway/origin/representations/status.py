"""The document that says how a request fared. Pure."""

from gateway.origin.errors import Refusal
from gateway.origin.representations.elements import Element, add, root


def status(refusal: Refusal) -> Element:
    """Represent *refusal* (contract 1.15)."""
    element = root("status")
    add(element, "status_code", refusal.status)
    if refusal.sub_code is not None:
        add(element, "sub_code", refusal.sub_code)
    add(element, "message", refusal.message)
    return element
