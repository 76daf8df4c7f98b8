"""A defect for each kind of check that looks at JSON, signatures, bulk requests and the flow."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.contract.defects.spoil import (
    Defect,
    Every,
    Stuck,
    body,
    both,
    by,
    ending,
    header,
    remade,
    rewritten,
    status,
    to,
    where,
)

FORGIVEN: Final = status(200, of=401)
TITLES: Final = "catalog_titles"


def _titles(change: Callable[[dict[str, Any]], object]) -> Defect:
    return remade(lambda document: change(document[TITLES]))  # type: ignore[arg-type]


def _wrap(found: dict[str, Any]) -> None:
    found["catalog_title"] = [found["catalog_title"]]


def _unwrap(found: dict[str, Any]) -> None:
    found["catalog_title"] = found["catalog_title"][0]


def _turn(document: dict[str, Any]) -> None:
    document["catalog"].reverse()


JSON: Final[Mapping[str, Defect]] = {
    "json_mirrors_xml": body(rb'"short":', b'"brief":'),
    "json_one_key": remade(lambda document: document.update(x=1)),
    "json_singleton": _titles(_wrap),
    "json_array": _titles(_unwrap),
    "json_key_absent": _titles(lambda found: found.update(catalog_title=[])),
    "json_strings": _titles(lambda found: found.update(start_index=0)),
    "json_typed": body(rb'"can_instant_watch":(true|false)', rb'"can_instant_watch":"\1"'),
    "json_text_content": body(rb'"content":', b'"text":'),
    "jsonp": body(rb"\);?\s*$", b")"),
    "jsonp_refused": status(200),
    "jsonp_never": body(rb"^", b"steal(", count=1),
    "accepts": header("content-type", "text/html"),
    "json2_list": body(rb'"start_index":(\d+)', rb'"start_index":"\1"'),
    "json2_always_array": remade(lambda document: document.update(catalog={})),
    "json2_key": body(rb'"catalog_title":', b'"title":'),
    "json2_field": body(rb'"title":"', b'"name":"'),
    "json2_links": body(rb'"similars":', b'"similar":'),
    "json2_same_titles": where(to("output=json"), remade(_turn)),
}

SIGNATURES: Final[Mapping[str, Defect]] = {
    **dict.fromkeys(
        (
            "signed_in",
            "header_form",
            "split_parameters",
            "timestamp",
            "nonce_after_bad_signature",
            "awkward_value",
            "plus_for_blank",
            "unsigned",
            "idle_oauth",
        ),
        status(401),
    ),
    **dict.fromkeys(
        (
            "tampered",
            "wrong_verb",
            "wrong_path",
            "wrong_signature",
            "missing_oauth",
            "malformed_oauth",
            "malformed_header",
            "twice_given",
            "level",
            "signature_method",
            "replayed",
            "nonce_of_another",
        ),
        status(200, of=4),
    ),
    "signed_too": Every(body(rb'short="', b'short="The ')),
}

BULK: Final[Mapping[str, Defect]] = {
    "bulk_answers": body(rb"<entry>.*?</entry>", b"", count=1),
    "bulk_like_single": where(to("/bulk"), body(rb"<release_year>", b"<release_year>1")),
    "bulk_body_order": body(rb"(<status>\d+</status>)(<header [^>]*>(?:</header>)?)", rb"\2\1"),
    "bulk_entry_order": body(rb"<entry>", b"<entry><x></x>"),
    "bulk_etag": body(rb"<header [^>]*>(</header>)?", b""),
    "bulk_failure": body(rb"404", b"200"),
    "bulk_unsigned_entry": body(rb"401", b"200"),
    "bulk_refused_entry": body(rb">4\d\d<", b">200<"),
    "bulk_relative_entry": body(rb">4\d\d<", b">200<"),
    "bulk_get_limit": status(414),
    "bulk_many": body(rb"<entry>.*?</entry>", b"", count=1),
    "bulk_json": body(rb'"entry":', b'"entries":'),
    "bulk_ignores": body(rb"</response>", b"<entry><id>entry_foo</id><body></body></entry></response>"),
    "bulk_identities": where(to("/bulk"), body(rb"<first_name>", b"<first_name>X")),
    "bulk_over_limit": status(500),
}

DANCE: Final[Mapping[str, Defect]] = {
    "token_fields": body(rb"login_url=", b"login="),
    "token_named": where(to("application_name="), status(401)),
    "token_confirmed": body(rb"oauth_callback_confirmed=", b"confirmed="),
    "token_json": body(rb'"login_url":', b'"login":'),
    "token_json_error": body(rb'"error":', b'"fault":'),
    "tokens_differ": Stuck(ending("/request_token")),
    "clock": body(rb"<time>\d+", b"<time>1"),
    "login_form": body(rb'name="login"', b'name="email"'),
    "login_not_framed": both(header("content-security-policy", None), header("x-frame-options", None)),
    "login_not_cached": header("cache-control", "public"),
    "login_alias": where(ending("/authenticate"), status(404)),
    "login_unknown": status(200, of=4),
    "login_fails": both(body(rb"(?i)failed", b"wrong"), header("location", None)),
    "login_callback": rewritten("location", "oauth_verifier=[^&]*", "oauth_verifier=1"),
    "login_pin": body(rb"successfully", b"well"),
    "login_callback_ignored": where(by("POST"), header("location", "http://evil.example/")),
    "exchanged": where(ending("/access_token"), body(rb"user_id=[^&]*", b"user_id=T1another-")),
    "exchanged_json": body(rb'"user_id":', b'"user":'),
    "exchanged_once": FORGIVEN,
    "exchange_refused": FORGIVEN,
    "exchange_early": FORGIVEN,
    "exchange_guessed": FORGIVEN,
    "exchange_forged": body(rb"Invalid Signature", b"Wrong verifier"),
    "request_token_opens_nothing": FORGIVEN,
}
