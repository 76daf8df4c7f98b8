"""GraphiQL, served by ourselves: its page, its files, and the headers that keep both in their place."""

import os
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST: Final = Path(__file__).parents[1] / "explorer" / "dist"
"""Where ``make explorer`` puts what it builds."""

# Monaco sets styles in the page, and GraphiQL's style sheet carries its fonts and icons inside.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_SECURITY: Final = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
# The page names its files by their hashes, so it is asked for anew; /graphql answers by Accept.
_PAGE: Final = {**_SECURITY, "cache-control": "no-cache", "vary": "Accept"}
_FILE: Final = {**_SECURITY, "cache-control": "public, max-age=31536000, immutable"}

_NOT_BUILT: Final = """\
<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>GraphiQL is not built</title>
  <p>GraphiQL is not built: run <code>make explorer</code>, which needs Node 20.19 or newer, and reload.</p>
</html>
"""

_CLOSED: Final = """\
<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>No GraphiQL</title>
  <p>There is no GraphiQL here: this gateway answers no questions about its schema
  (<code>GATEWAY_INTROSPECTION=false</code>), or trusted documents only
  (<code>GATEWAY_TRUSTED_MODE=enforce</code>). Use one that is set otherwise.</p>
</html>
"""


def page(dist: Path = DIST) -> Response:
    """Return GraphiQL, or a page that says how to build it."""
    index = dist / "index.html"
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT, headers=_PAGE)
    return FileResponse(index, headers=_PAGE)


def closed() -> Response:
    """Return a page that says why GraphiQL is of no use here, and not shown."""
    return HTMLResponse(_CLOSED, headers=_PAGE)


def assets(dist: Path = DIST) -> Mount:
    """Return the route that serves the files of the page, below Vite's ``base``."""
    return Mount("/graphql/explorer/assets", _Assets(directory=dist / "assets", check_dir=False))


class _Assets(StaticFiles):
    """Files whose names change with their content: nobody needs to ask for one twice."""

    async def check_config(self) -> None:
        """Find nothing wrong: what is not built is not found, and may be built while we run."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return the file, cacheable for ever."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_FILE)
        return response
