"""How the origin's HTML is shown."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.schema.markup import plain, sanitised


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ""),
        ("A city hunts a murderer.", "A city hunts a murderer."),
        ("One.<p>Two.<p>Three.", "One.<p>Two.</p><p>Three.</p>"),
        (
            "<b>b</b><i>i</i><em>e</em><strong>s</strong><br/>",
            "<b>b</b><i>i</i><em>e</em><strong>s</strong><br>",
        ),
        (
            '<a href="http://www.netflix.com/RoleDisplay/Laura_Dern/23978">Laura Dern</a>',
            '<a href="http://www.netflix.com/RoleDisplay/Laura_Dern/23978">Laura Dern</a>',
        ),
        ('<a href="HTTPS://x.test/" onclick="x()" target="_top">y</a>', '<a href="HTTPS://x.test/">y</a>'),
        ('<a href="javascript:alert(1)">y</a>', "<a>y</a>"),
        ('<a href=" java\nscript:alert(1)">y</a>', "<a>y</a>"),
        ('<a href="data:text/html,x">y</a><a href="/x">y</a><a href="//x">y</a>', "<a>y</a><a>y</a><a>y</a>"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("<scr<script>ipt>alert(1)</scr</script>ipt>", "ipt&gt;alert(1)ipt&gt;"),
        ("<img src=x onerror=alert(1)>a<svg/onload=alert(1)>b", "ab"),
        ('<p style="x" class="y" id="z" onmouseover="x()">a</p>', "<p>a</p>"),
        ("<iframe src='http://evil.test'></iframe><object></object>a", "a"),
        ("<!-- <script> --><b>a", "<b>a</b>"),
        ("R&D &amp; 1 < 2 &lt;script&gt;", "R&amp;D &amp; 1 &lt; 2 &lt;script&gt;"),
        ("</p></b>a<b>", "<p></p>a<b></b>"),
    ],
)
def test_markup_is_made_harmless(markup: str, expected: str) -> None:
    """Paragraphs, emphasis and links to the web stay; scripts, styles, pictures and handlers go."""
    assert sanitised(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ""),
        ("  A  city\n hunts a\tmurderer. ", "A city hunts a murderer."),
        ("One.<p>Two.<p>Three.", "One.\n\nTwo.\n\nThree."),
        ("<p>One.</p>\n\n<p></p> <p>Two.</p>", "One.\n\nTwo."),
        ("<div>One.</div><div>Two.</div>", "One.\n\nTwo."),
        ("One.<br>Two.<BR/>Three.", "One.\nTwo.\nThree."),
        ("One.<br><br><br>Two.", "One.\n\nTwo."),
        ("<ul><li>One<li>Two</ul>", "One\n\nTwo"),
        ('<a href="http://x.test/?a<b>c">Laura  <b>Dern</b></a>, 1986', "Laura Dern, 1986"),
        ("R&D &amp; caf&eacute;&nbsp;&#8212; &lt;b&gt; 1 < 2", "R&D & café — <b> 1 < 2"),
        ("&amp;lt;", "&lt;"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("<!-- a -->b<img alt='c' onerror='d'>", "b"),
        ("un<b>break</b>able", "unbreakable"),
    ],
)
def test_markup_is_told_in_plain_text(markup: str, expected: str) -> None:
    """Paragraphs become blank lines, entities characters; tags go, and blanks are folded."""
    assert plain(markup) == expected


TEXTS = st.text(st.characters(exclude_categories=["C"]))
PIECES = "<p> </p> <b> <a href='http://x javascript:x '> </a> <script> <svg> <style> <!-- --> < > & &lt; x"
MARKUP = st.lists(st.sampled_from([*PIECES.split(" "), "<a href='", " ", "<br>"]) | st.text(max_size=3)).map(
    "".join
)
HARMLESS = re.compile(
    r"""(?:[^<>]|</?(?:p|i|b|em|strong|a)>|<br>|<a href="https?://[^"<>]*">)*""", re.IGNORECASE
)


@given(MARKUP)
def test_whatever_comes_in_harmless_markup_comes_out(markup: str) -> None:
    """Nothing but the tags that are let through ever comes out, and once clean it stays as it is."""
    clean = sanitised(markup)

    assert HARMLESS.fullmatch(clean)
    assert sanitised(clean) == clean


@given(TEXTS)
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    """What holds no markup says itself, its blanks folded."""
    assert plain(html.escape(text)) == " ".join(text.split())
