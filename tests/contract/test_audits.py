"""The list of audits: complete, without repetition, and each with a name of its own."""

import re
from collections import Counter

import pytest

from tests.contract.audits import AUDITS, Audit

SECTIONS = (
    *(f"3.{number}" for number in range(19)),
    *(f"2.{number}" for number in range(1, 10)),
    *("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11", "1.12", "1.13", "1.14"),
    *("1.15", "4.1", "4.2", "5", "6.1", "6.3", "6.4", "8", "9", "10", "11"),
)


def test_ids_are_unique() -> None:
    """No two audits share an id."""
    assert [name for name, count in Counter(audit.id for audit in AUDITS).items() if count > 1] == []


def test_there_are_many_audits_of_many_kinds() -> None:
    """The contract is at least 250 audits of at least 60 kinds."""
    assert (len(AUDITS) >= 250, len({audit.kind for audit in AUDITS}) >= 60) == (True, True)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_audited(section: str) -> None:
    """Each section that a program can notice has an audit of its own."""
    assert [audit.id for audit in AUDITS if audit.section == section] != []


def test_each_section_exists() -> None:
    """Audits speak of sections of the contract alone."""
    assert {audit.section for audit in AUDITS} - set(SECTIONS) == set()


def test_no_check_is_there_twice() -> None:
    """Two audits of one kind differ in a parameter."""
    counted = Counter((audit.kind, audit.check.parameters) for audit in AUDITS)
    assert [key for key, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: audit.id)
def test_an_audit_reads_well(audit: Audit) -> None:
    """An id is a group and a number, and a title one short sentence."""
    assert (
        bool(re.fullmatch(r"[A-Z]+-\d{2}", audit.id)),
        bool(re.fullmatch(r".{5,90}[.?]", audit.title)),
    ) == (True, True)
