"""Texts of documents as the scalars of 2.0's JSON, typed by what they are about. Pure."""

from typing import Final

_INTEGERS: Final = frozenset(
    {
        "account_max_number_of_discs",
        "available_from",
        "available_until",
        "availability_date",
        "estimated_arrival_date",
        "number_of_results",
        "playback_bookmark",
        "position",
        "release_year",
        "results_per_page",
        "returned_date",
        "runtime",
        "season_number",
        "sequence",
        "shipped_date",
        "start_index",
        "status_code",
        "sub_code",
        "updated",
        "user_rating",
        "watched_date",
        "year",
    }
)
_DECIMALS: Final = frozenset({"average_rating", "predicted_rating"})
_BOOLEANS: Final = frozenset(
    {
        "can_instant_watch",
        "can_instant_watch_on_device",
        "is_account_owner",
        "preferred_format",
        "watched_to_end",
    }
)


def scalar(name: str, text: str) -> object:
    """Return *text* as the value of the member *name*; a number that is missing is null."""
    text = text.strip()
    if name in _BOOLEANS:
        return text == "true"
    if name in _INTEGERS:
        return int(text) if text else None
    if name in _DECIMALS:
        return float(text) if text else None
    return text
