"""Whole programs in the manner of the time, run by their own languages where these are found."""

import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

import pytest

from .conftest import PROGRAMS, Member, NewMember

PERL: Final = ("perl", "nonce_per_process.pl")
NODE: Final = ("node", "designed_json.js")
JAVA: Final = ("java", "SignedHeader.java")


def run(member: Member, program: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run *program*, a language and a file, for *member*."""
    language, file = program
    found = shutil.which(language)
    # A lone runtime cannot run a source file.
    if found is None or (program == JAVA and shutil.which("javac") is None):
        pytest.skip(f"{language} is not here")
    told = (member.base, member.consumer.key, member.consumer.secret, member.login, member.password)
    return subprocess.run(  # noqa: S603 - our own program
        [found, str(PROGRAMS / file), *told], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("program", "compat"),
    [(PERL, ("historic",)), (NODE, ()), (NODE, ("historic",)), (JAVA, ()), (JAVA, ("historic",))],
)
def test_a_program_lives_its_whole_life(
    new_member: NewMember, program: Sequence[str], compat: Sequence[str]
) -> None:
    """It signs in, searches, expands, queues, rates, is advised and reads feeds; nothing surprises it."""
    ran = run(new_member(program[0], *compat), program)

    assert ran.stdout == "done\n", ran.stderr


def test_a_strict_origin_wants_a_verifier(new_member: NewMember) -> None:
    """The program of 2008 gets as far as the exchange, where it has no verifier to show."""
    ran = run(new_member("strictly"), PERL)

    assert (ran.stdout, ran.stderr.partition("/oauth/")[2]) == ("", "access_token: 401 Invalid Signature\n")
