"""The three-legged flow and the clock (contract 2.3-2.6, 10)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from dataclasses import replace
from typing import Final

from gateway.audit.asking import Who, get, post
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.dance import CALLBACK
from gateway.audit.kinds import answers, dance, signatures

TOKEN: Final = get("/oauth/request_token", oauth_callback="oob")
CLOCK: Final = get("/oauth/clock/time").by(Who.KEY)
FORM: Final = "application/x-www-form-urlencoded"
WRONG: Final = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="

OAUTH: Final = (
    Audit("OAUTH-01", MUST, "2.4", "A request token comes with its four fields.", dance.token_fields(TOKEN)),
    Audit("OAUTH-02", MUST, "2.4", "POST asks for one too.",
          dance.token_fields(post("/oauth/request_token", oauth_callback="oob"))),
    Audit("OAUTH-03", MUST, "2.4", "A request without a callback is heard.",
          dance.token_fields(get("/oauth/request_token"))),
    Audit("OAUTH-04", MUST, "9", "The application's name is allowed.",
          dance.token_named(TOKEN, suffix="", status=200)),
    Audit("OAUTH-39", MUST, "2.8", "Another name is a mismatch.",
          dance.token_named(TOKEN, suffix=" 2", status=401)),
    Audit("OAUTH-05", MUST, "2.4", "A callback is confirmed.", dance.token_confirmed(TOKEN, "true")),
    Audit("OAUTH-06", MUST, "2.4", "No callback is not confirmed.",
          dance.token_confirmed(get("/oauth/request_token"), None)),
    Audit("OAUTH-07", MUST, "1.8", "output=json is JSON.", dance.token_json(TOKEN)),
    Audit("OAUTH-08", SHOULD, "8", "The answer is of a form's type.",
          answers.header(TOKEN, "content-type", rf"{FORM}.*")),
    Audit("OAUTH-09", MUST, "2.4", "Tokens are new each time.", dance.tokens_differ()),
    Audit("OAUTH-10", MUST, "2.1", "A request token needs a signature.", signatures.level(TOKEN, Who.KEY)),
    Audit("OAUTH-11", MUST, "2.8", "A wrong signature is 401.",
          answers.plain_text(replace(TOKEN, signature=WRONG), 401, "Invalid Signature")),
    Audit("OAUTH-12", MUST, "2.8", "An old request is 401.",
          answers.plain_text(replace(TOKEN, skew=-4000), 401, "Timestamp Is Invalid")),
    Audit("OAUTH-13", MUST, "2.3", "The clock tells the time.", dance.clock(CLOCK)),
    Audit("OAUTH-14", MUST, "2.3", "The clock may be signed.", dance.clock(CLOCK.by(Who.APP))),
    Audit("OAUTH-15", MUST, "2.8", "The clock needs a key.",
          answers.refused_kindly(get("/oauth/clock/time").by(Who.NOBODY))),
    Audit("OAUTH-16", MUST, "2.5", "The form has a field login.", dance.login_form("login")),
    Audit("OAUTH-17", MUST, "2.5", "The form has a field password.", dance.login_form("password")),
    Audit("OAUTH-18", MUST, "10", "The page cannot be framed.", dance.login_not_framed()),
    Audit("OAUTH-19", SHOULD, "10", "The page is not cached.", dance.login_not_cached()),
    Audit("OAUTH-20", MUST, "2.5", "The page is at /oauth/authenticate too.",
          dance.login_alias("/oauth/authenticate")),
    Audit("OAUTH-21", MUST, "2.8", "The page does not open for another token.",
          dance.login_unknown("nobody")),
    Audit("OAUTH-22", MUST, "2.5", "A wrong password fails.", dance.login_fails()),
    Audit("OAUTH-23", MUST, "2.5", "Consent leads back with token and verifier.", dance.login_callback()),
    Audit("OAUTH-24", MUST, "2.5", "Consent out of band shows a PIN.", dance.login_pin()),
    Audit("OAUTH-25", MUST, "10", "A callback at login leads nowhere.", dance.login_callback_ignored()),
    Audit("OAUTH-26", MUST, "2.6", "The flow by callback ends in a token.", dance.exchanged(CALLBACK)),
    Audit("OAUTH-27", MUST, "2.6", "The flow by PIN ends in a token.", dance.exchanged("oob")),
    Audit("OAUTH-28", MUST, "1.8", "The token comes in JSON too.", dance.exchanged_json()),
    Audit("OAUTH-29", MUST, "2.6", "A request token serves once.", dance.exchanged_once()),
    Audit("OAUTH-30", MUST, "10", "A verifier is needed.", dance.exchange_refused(None)),
    Audit("OAUTH-31", MUST, "10", "A wrong verifier is refused.", dance.exchange_refused("00000000")),
    Audit("OAUTH-32", MUST, "10", "Consent is needed.", dance.exchange_early()),
    Audit("OAUTH-33", MUST, "10", "Five wrong tries end it.", dance.exchange_guessed(5)),
    Audit("OAUTH-34", MUST, "10", "The signature comes before the verifier.", dance.exchange_forged()),
    Audit("OAUTH-35", MUST, "2.6", "A request token opens nothing.", dance.request_token_opens_nothing()),
    Audit("OAUTH-36", MUST, "2.8", "An unknown request token is 401.",
          answers.plain_text(replace(get("/oauth/access_token", oauth_verifier="1"), token=("nobody", "x")),
              401, "Invalid Signature")),
    Audit("OAUTH-37", MUST, "1.8", "A failed exchange in JSON has an error.",
          dance.token_json_error(replace(get("/oauth/access_token", output="json"), token=("nobody", "x")))),
    Audit("OAUTH-38", SHOULD, "3.0", "Nobody deletes a request token.",
          answers.verb_refused(TOKEN.via("DELETE"))),
)
