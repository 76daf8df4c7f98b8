"""Nonces are remembered for as long as they matter, in as much memory as is allowed."""

from gateway.origin.oauth.nonces import Nonces

NOW = 1000


def test_a_nonce_is_good_once_a_key_and_moment() -> None:
    """The same nonce of another key, or of another second, is another nonce."""
    nonces = Nonces(window=300, limit=100)
    asked = [("a", NOW), ("a", NOW), ("b", NOW), ("a", NOW + 1), ("a", NOW + 1)]

    assert [nonces.take(key, moment, ("n",), now=NOW) for key, moment in asked] == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_what_no_clock_would_accept_is_forgotten() -> None:
    """There are never more nonces in memory than the window holds, however long it goes on."""
    nonces = Nonces(window=300, limit=100)
    sizes = []

    for moment in range(NOW, NOW + 3000, 100):
        assert nonces.take("a", moment, ("n",), now=moment)
        sizes.append(len(nonces))

    assert sizes == [1, 2, 3, *[4] * 27]


def test_without_room_the_oldest_moments_are_refused() -> None:
    """What would have to be forgotten is refused rather than taken twice; other keys notice nothing."""
    nonces = Nonces(window=300, limit=2)
    for moment in (NOW, NOW + 1, NOW + 2):
        assert nonces.take("a", moment, ("n",), now=NOW)

    assert [
        nonces.take("a", NOW, ("n",), now=NOW),
        nonces.take("a", NOW, ("other",), now=NOW),
        nonces.take("a", NOW + 2, ("n",), now=NOW),
        nonces.take("b", NOW, ("n",), now=NOW),
    ] == [False, False, False, True]


def test_a_moment_with_too_many_nonces_takes_no_more() -> None:
    """Within one second there are at most as many as are remembered."""
    nonces = Nonces(window=300, limit=2)

    assert [nonces.take("a", NOW, (str(place),), now=NOW) for place in range(4)] == [
        True,
        True,
        False,
        False,
    ]
