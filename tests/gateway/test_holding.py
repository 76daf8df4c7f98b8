"""What is held for all connections is counted, and none has more than its share where it is too much."""

from gateway.holding import Held, Holding


def test_only_who_has_more_than_a_share_has_too_much() -> None:
    """Where everybody together has too much, a small request is still taken."""
    held = Held(most=100_000, share=8_192)
    large, small = Holding(held), Holding(held)
    large.begin()
    large.receive(90_000)
    before = large.is_too_much

    small.begin()
    small.receive(3_000)

    assert (before, large.is_too_much, small.is_too_much) == (False, True, False)


def test_what_is_answered_and_taken_is_let_go() -> None:
    """Every request counts from its first byte to its answer, and answers until they are taken."""
    held = Held(most=100_000, share=8_192)
    holding = Holding(held)
    for size in (1_000, 2_000):
        holding.begin()
        holding.receive(size)
    holding.leave_untaken(50_000)
    holding.leave_untaken(20_000)
    whole = held.bytes

    holding.answered()
    assert held.bytes == whole - 4_096 - 1_000
    holding.clear()
    holding.receive(1_000)  # Of a request that is answered already.

    assert held.bytes == holding.bytes == 0
