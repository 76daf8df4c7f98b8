"""What attackers try with sign-ins that others finish, and with the way back."""

from urllib.parse import quote

import httpx
import pytest

from .conftest import Invite
from .house import BOB, House, Person, parameters

LOGIN = "__Host-gateway_login"


def test_what_an_attacker_begins_a_victim_does_not_finish(alice: Person, invite: Invite) -> None:
    """Alice allows what the attacker began: neither has a session, and her verifier is with her."""
    mallory = invite(BOB)
    back = alice.allow(mallory.begin())
    answer = alice.get(back)

    assert answer.status_code == 400
    assert "not begun" in answer.text
    assert (alice.session(), mallory.session()) == (None, None)


def test_an_attacker_does_not_sign_a_victim_in_as_themselves(alice: Person, invite: Invite) -> None:
    """Mallory goes the whole way but for the last step, and gives that address to Alice."""
    mallory = invite(BOB)
    answer = alice.get(mallory.allow(mallory.begin()))

    assert (answer.status_code, alice.session()) == (400, None)


def test_a_victim_with_a_sign_in_of_their_own_is_no_exception(alice: Person, invite: Invite) -> None:
    """Alice's browser has begun one, too, and has a cookie: it is not good for Mallory's state."""
    mallory = invite(BOB)
    alice.begin()
    answer = alice.get(mallory.allow(mallory.begin()))

    assert (answer.status_code, alice.session()) == (400, None)


def test_tokens_are_not_swapped_between_sign_ins(alice: Person, invite: Invite) -> None:
    """Alice's own state with Mallory's token and verifier is refused, and her sign-in is over."""
    mallory = invite(BOB)
    stolen = parameters(mallory.allow(mallory.begin()))
    own = alice.allow(alice.begin())
    mixed = httpx.URL("/auth/callback", params={**stolen, "state": parameters(own)["state"]})

    assert alice.get(str(mixed)).status_code == 400
    assert alice.get(own).status_code == 400
    assert alice.session() is None


def test_a_way_back_is_gone_once(alice: Person) -> None:
    """The address in a browser's history signs nobody in again."""
    back = alice.allow(alice.begin())
    statuses = [alice.get(back).status_code]
    alice.post("/auth/logout")
    statuses.append(alice.get(back).status_code)

    assert (statuses, alice.session()) == ([303, 400], None)


@pytest.mark.parametrize("missing", ["state", "oauth_token", "cookie"])
def test_whatever_is_missing_nobody_is_signed_in(alice: Person, missing: str) -> None:
    """The state, the token and the cookie belong together."""
    back = httpx.URL(alice.allow(alice.begin()))
    if missing == "cookie":
        alice.http.cookies.delete(LOGIN)
    answer = alice.get(str(back.copy_remove_param(missing)))

    assert (answer.status_code, alice.session()) == (400, None)


def test_a_wrong_verifier_is_refused(alice: Person) -> None:
    """The origin says no, and so do we."""
    back = httpx.URL(alice.allow(alice.begin()))
    answer = alice.get(str(back.copy_set_param("oauth_verifier", "wrong")))

    assert (answer.status_code, alice.session()) == (403, None)


def test_a_swapped_callback_is_not_followed(alice: Person, ours: House) -> None:
    """A callback in the login page's address changes nothing."""
    page = f"{alice.begin()}&oauth_callback={quote('http://evil.test/')}"

    assert alice.allow(page).startswith(f"{ours.url}/auth/callback?state=")


ODD = ["%00", "a" * 5000, "\N{GREEK SMALL LETTER ALPHA}", "%ff", "a&state=b", "'\"<script>", "__Host-x=1;"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_ways_back_are_refused_quietly(alice: Person, odd: str) -> None:
    """Whatever anybody sends, the answer is a page without it."""
    alice.begin()
    answer = alice.get(f"/auth/callback?state={odd}&oauth_token={odd}&oauth_verifier={odd}")

    assert answer.status_code == 400
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "return_to", ["//evil.test", "/\\evil.test", "/%09/evil.test", "https:evil.test", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(alice: Person, return_to: str) -> None:
    """Whatever a link to the sign-in says, it ends with us."""
    answer = alice.get(alice.allow(alice.begin(return_to)))

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_planted_cookie_makes_both_worthless(alice: Person) -> None:
    """A second cookie of the same name, which somebody has planted, makes both worthless."""
    back = alice.allow(alice.begin())
    alice.http.cookies.set(LOGIN, "A" * 43, domain="127.0.0.1", path="/auth")

    assert (alice.get(back).status_code, alice.session()) == (400, None)
