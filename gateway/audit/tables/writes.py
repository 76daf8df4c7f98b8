"""Queues as they are changed: adding, moving, deleting, and the update in bulk (contract 3.12)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import get
from gateway.audit.audit import MUST, SHOULD, Audit, Check, Level
from gateway.audit.kinds import answers, bulk_queue, leaving, queueing

UNKNOWN: Final = "{b}/catalog/titles/movies/999999999999"


Row = tuple[Level, str, str, Check]


def _changes(name: str) -> tuple[Row, ...]:
    """Return what holds when entries come into a queue and move in it."""
    return (
        (MUST, "8", "A title comes last.", queueing.adds(name)),
        (MUST, "3.12", "An add is answered as recorded.", queueing.add_answer(name)),
        (SHOULD, "3.12", "An add says where.", queueing.add_location(name)),
        (MUST, "3.12", "A title lands first.", queueing.adds_at(name, 1)),
        (MUST, "3.12", "A title lands second.", queueing.adds_at(name, 2)),
        (MUST, "8", "One behind the end is the end.", queueing.adds_past_end(name, 1)),
        (MUST, "8", "Far behind the end is the end.", queueing.adds_past_end(name, 400)),
        (MUST, "8", "Position 0 is 400.", queueing.add_refused(name, (("position", "0"),), (400, None))),
        (MUST, "8", "Position -1 is 400.", queueing.add_refused(name, (("position", "-1"),), (400, None))),
        (MUST, "5", "Position x is 400.", queueing.add_refused(name, (("position", "x"),), (400, None))),
        (MUST, "5", "An unknown title is 400/130.",
         queueing.add_refused(name, (("title_ref", UNKNOWN),), (400, 130))),
        (MUST, "5", "No title is 400.", queueing.add_refused(name, (("title_ref", "-"),), (400, None))),
        (MUST, "3.12", "A title moves by its address.", queueing.moves(name, by="title")),
        (MUST, "3.12", "A title moves by its entry.", queueing.moves(name, by="item")),
        (MUST, "5", "A title is there once.", queueing.duplicate(name)),
        (MUST, "1.12", "An old etag adds nothing.", queueing.stale(name, verb="POST")),
        (MUST, "1.12", "An old etag deletes nothing.", queueing.stale(name, verb="DELETE")),
        (MUST, "1.12", "The right etag adds.", queueing.fresh(name, verb="POST")),
        (MUST, "1.12", "The right etag deletes.", queueing.fresh(name, verb="DELETE")),
        (MUST, "1.12", "Each change has an etag of its own.", queueing.etag_moves(name)),
        (MUST, "1.12", "One of four simultaneous writes wins.", queueing.one_wins(name, 4)),
        (MUST, "10", "A write counts once.", queueing.replayed_write(name)),
        (MUST, "2.8", "A stranger writes nothing.", queueing.stranger_refused(name)),
        (MUST, "3.10", "What is queued is called so.", queueing.state_follows(name, "In Queue")),
    )


def _ways(name: str) -> tuple[Row, ...]:
    """Return what holds when entries leave a queue, and for all the ways to put a write."""
    return (
        (MUST, "3.12", "An entry goes by its id.", leaving.deletes(name, form="whole")),
        (MUST, "8", "An entry goes without a position.", leaving.deletes(name, form="without position")),
        (MUST, "8", "An entry goes by a wrong position.", leaving.deletes(name, form="wrong position")),
        (MUST, "3.12", "A DELETE is answered as recorded.", leaving.delete_answer(name)),
        (MUST, "3.12", "A DELETE leaves no gap.", leaving.delete_closes_gap(name)),
        (MUST, "5", "What is not there is 404/610.", leaving.delete_absent(name)),
        (MUST, "1.3", "method=delete deletes.", leaving.delete_disguised(name, "delete")),
        (MUST, "9", "A DELETE may carry a form.", leaving.delete_with_form(name)),
        (MUST, "1.4", "An add may be in the query.", leaving.add_put_otherwise(name, way="query")),
        (MUST, "1.3", "An add may be a GET.", leaving.add_put_otherwise(name, way="override")),
        (MUST, "9", "An add may be multipart.", leaving.add_put_otherwise(name, way="multipart")),
        (MUST, "9", "A reference may name api.netflix.com.",
         leaving.reference_of_host(name, "http://api.netflix.com")),
        (MUST, "9", "A reference may name api-public.netflix.com.",
         leaving.reference_of_host(name, "http://api-public.netflix.com")),
        (MUST, "9", "A reference may be relative.", leaving.reference_of_host(name, "")),
    )


def _of_both(name: str, start: int) -> tuple[Audit, ...]:
    """Return the audits that hold for either queue."""
    return tuple(
        Audit(f"WRITE-{number:02}", level, section, f"{name.capitalize()} queue: {title}", check)
        for number, (level, section, title, check) in enumerate((*_changes(name), *_ways(name)), start=start)
    )


WRITING: Final = (
    *_of_both("instant", 1),
    *_of_both("disc", 39),
    Audit("WRITE-77", MUST, "8", "The disc queue's etag is its own.",
          queueing.other_queue_untouched("instant", "disc")),
    Audit("WRITE-78", MUST, "3.12", "A set is an entry a disc.", queueing.set_adds_discs()),
    Audit("WRITE-79", MUST, "5", "A set partly there is 201/640.", queueing.set_added_partly()),
    Audit("WRITE-80", MUST, "3.12", "A disc comes in the preferred format.", queueing.default_format()),
    Audit("WRITE-81", MUST, "5", "A format that is none is 400.",
          queueing.add_refused("disc", (("format", "VHS"),), (400, 660))),
    Audit("WRITE-82", MUST, "3.12", "PUT reorders.", bulk_queue.put_reorders()),
    Audit("WRITE-83", MUST, "3.12", "PUT adds and removes.", bulk_queue.put_adds_and_removes()),
    Audit("WRITE-84", MUST, "3.12", "PUT of what is there is 304.", bulk_queue.put_identical()),
    Audit("WRITE-85", MUST, "8", "PUT of a title twice is 400/710.",
          bulk_queue.put_refused("duplicate", (400, 710))),
    Audit("WRITE-86", MUST, "3.12", "PUT of an unknown title is 400/130.",
          bulk_queue.put_refused("unknown", (400, 130))),
    Audit("WRITE-87", MUST, "3.12", "PUT of no title is 400.",
          bulk_queue.put_refused("nonsense", (400, None))),
    Audit("WRITE-88", MUST, "3.12", "PUT by an old etag in the body is 412.",
          bulk_queue.put_stale(place="body")),
    Audit("WRITE-89", MUST, "3.12", "PUT by an old etag in the header is 412.",
          bulk_queue.put_stale(place="header")),
    Audit("WRITE-90", MUST, "3.12", "PUT by the right etag in the header.", bulk_queue.put_fresh_header()),
    Audit("WRITE-91", MUST, "3.12", "PUT of half a document is refused.",
          bulk_queue.put_malformed("<queue><etag>")),
    Audit("WRITE-92", MUST, "3.12", "PUT of another document is refused.",
          bulk_queue.put_malformed("<people/>")),
    Audit("WRITE-93", MUST, "3.12", "PUT of a DTD is refused.",
          bulk_queue.put_malformed('<!DOCTYPE queue [<!ENTITY a "b">]><queue>&a;</queue>')),
    Audit("WRITE-94", MUST, "5", "PUT of more than 500 is 409.", bulk_queue.put_too_large(520)),
    Audit("WRITE-95", MUST, "5", "PUT of one entry is 405.",
          answers.verb_refused(get("/users/{u}/queues/instant/available/1/{number}").via("PUT"))),
    Audit("WRITE-96", MUST, "3.12", "PUT updates the instant queue alone.",
          answers.verb_refused(get("/users/{u}/queues").via("PUT"))),
)
