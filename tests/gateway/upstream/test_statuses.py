"""What the origin says of a write."""

import pytest

from gateway.contract import Rel
from gateway.resources import Href, Link
from gateway.upstream.errors import MalformedDocument, OriginRefused
from gateway.upstream.statuses import Written, read_written

QUEUE = Href("http://o.test/users/1/queues/disc")


def test_a_title_was_added() -> None:
    """The tag stands in the document; that of the header is for answers without one."""
    document = b"""<status><status_code>201</status_code><message>Move successful</message>
        <etag>248942715592</etag><resources_created></resources_created></status>"""

    assert read_written(document, QUEUE, status=201, tag='"1"-gzip') == Written(
        status=201, message="Move successful", etag="248942715592"
    )


def test_a_part_of_a_set_was_added() -> None:
    """What could not be added and what was there are named by links; links of another relation are not."""
    href = Href("http://o.test/catalog/titles/discs/7")
    document = f"""<status><status_code>201</status_code><sub_code>640</sub_code><message>Some</message>
        <failed_title_refs><link href="{href}" rel="{Rel.TITLE}" title="Disc 1"/></failed_title_refs>
        <already_in_queue><link href="{href}8" rel="{Rel.TITLE}" title="Disc 2"/>
        <link href="{href}9" rel="{Rel.CAST}" title="cast"/></already_in_queue></status>"""

    written = read_written(document.encode(), QUEUE, status=201, tag='W/"12"')

    assert written == Written(
        status=201,
        sub_code=640,
        message="Some",
        etag="12",
        failed=(Link(Rel.TITLE, href, "Disc 1"),),
        already=(Link(Rel.TITLE, Href(f"{href}8"), "Disc 2"),),
    )


def test_an_order_that_was_so_already() -> None:
    """An answer without a body says it all."""
    assert read_written(b"", QUEUE, status=304, tag='"12"') == Written(status=304, etag="12")


@pytest.mark.parametrize("tag", [None, "", '""', "a b"])
def test_a_removal_without_a_tag(tag: str | None) -> None:
    """Recorded answers to DELETE have none, and one that is no tag counts as none (contract 1.12)."""
    document = b"<status><status_code>200</status_code><message>Title deleted from queue</message></status>"

    assert read_written(document, QUEUE, status=200, tag=tag) == Written(
        status=200, message="Title deleted from queue"
    )


def test_a_refusal_with_the_status_of_a_success() -> None:
    """What the document says counts."""
    with pytest.raises(OriginRefused) as raised:
        read_written(
            b"<status><status_code>412</status_code><sub_code>710</sub_code></status>",
            QUEUE,
            status=201,
            tag=None,
        )

    assert (raised.value.status, raised.value.sub_code) == (412, 710)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"Created",
        b"<html><body>Created</body></html>",
        b"<status><status_code>201</status_code>",
        b"<status><message>Move successful</message></status>",
        b"<status><status_code>202</status_code></status>",
        b"<queue><status_code>201</status_code></queue>",
    ],
)
def test_garbage_says_nothing(document: bytes) -> None:
    """Whether the write was done is not known from it."""
    with pytest.raises(MalformedDocument):
        read_written(document, QUEUE, status=201, tag='"12"')
