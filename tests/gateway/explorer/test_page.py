"""GraphiQL over HTTP: the page, its files and their headers, without a browser."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge import explorer

pytestmark = pytest.mark.anyio

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as the gateway does."""
    return "asyncio"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """Return a built explorer of two files."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>GraphiQL</title>")
    (tmp_path / "assets" / "index-0123abcd.js").write_text("export {};")
    return tmp_path


async def _get(dist: Path, path: str) -> httpx.Response:
    def show(_request: Request) -> Response:
        return explorer.page(dist)

    app = Starlette(routes=[Route("/graphql", show), explorer.assets(dist)])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path)


async def test_the_page_is_served_with_a_strict_policy(dist: Path) -> None:
    """Only our own scripts run, nobody frames the page, and its address stays here."""
    response = await _get(dist, "/graphql?operationName=</script><script>alert(1)</script>")

    assert response.status_code == 200
    assert response.text == "<!doctype html><title>GraphiQL</title>"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["vary"] == "Accept"


async def test_a_page_that_is_not_built_says_how(tmp_path: Path) -> None:
    """Without Node there is no GraphiQL, and one sentence says what to do."""
    response = await _get(tmp_path, "/graphql")

    assert response.status_code == 200
    assert "run <code>make explorer</code>, which needs Node 20.19 or newer, and reload." in response.text
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["cache-control"] == "no-cache"


async def test_files_may_be_kept_for_ever(dist: Path) -> None:
    """Their names change with their content."""
    response = await _get(dist, "/graphql/explorer/assets/index-0123abcd.js")

    assert response.status_code == 200
    assert response.text == "export {};"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["missing.js", "..%2findex.html", "%2e%2e/index.html", ""])
async def test_what_is_not_a_file_of_the_page_is_not_found(dist: Path, name: str) -> None:
    """Nothing outside the folder is served, and nothing that is missing may be kept."""
    response = await _get(dist, f"/graphql/explorer/assets/{name}")

    assert response.status_code == 404
    assert "cache-control" not in response.headers


async def test_files_that_are_not_built_are_not_found(tmp_path: Path) -> None:
    """A missing folder is no error of the server."""
    response = await _get(tmp_path, "/graphql/explorer/assets/index-0123abcd.js")

    assert response.status_code == 404
