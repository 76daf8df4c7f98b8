"""That the origin does not know us is told once a minute, until it does again."""

import pytest

from gateway.resources import Href
from gateway.upstream.alarm import Alarm
from gateway.upstream.errors import OriginRefused

HREF = Href("http://o.test/x?secret=CANARY")
UNSIGNED = OriginRefused(HREF, 401, message="Invalid Signature")
INACTIVE = OriginRefused(HREF, 403, message="403 Developer Inactive")


@pytest.mark.parametrize("refusal", [UNSIGNED, INACTIVE])
def test_it_is_raised_once(refusal: OriginRefused, caplog: pytest.LogCaptureFixture) -> None:
    """However often we are refused within a minute; and once more after all was well."""
    alarm = Alarm(clock=lambda: 5.0)

    for answers in ([refusal], [refusal, refusal], [object()], [refusal]):
        alarm.hear(answers)

    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "GATEWAY_CONSUMER_SECRET" in caplog.text
    assert "CANARY" not in caplog.text


def test_it_is_raised_again_after_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """Who looks at the end of a log finds what is wrong, too."""
    times = iter([0.0, 59.9, 60.0, 119.9, 120.0])
    alarm = Alarm(clock=lambda: next(times))

    for _ in range(5):
        alarm.hear([UNSIGNED])

    assert len(caplog.records) == 3


@pytest.mark.parametrize(
    "answer",
    [
        OriginRefused(HREF, 401, message="Invalid Or Expired Token"),
        OriginRefused(HREF, 403, message="Over queries per day limit"),
        OriginRefused(HREF, 500, message="Invalid Signature"),
        ValueError(),
    ],
)
def test_other_refusals_raise_none(answer: object, caplog: pytest.LogCaptureFixture) -> None:
    """A subscriber's token, a limit or a broken origin say nothing of our credentials."""
    Alarm().hear([answer])

    assert caplog.records == []
