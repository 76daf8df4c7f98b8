"""``gateway explain``: what a query is planned to do, or did, as a tree."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import httpx
import typer
from graphql import GraphQLError, get_operation_ast, parse, validate
from rich.console import Console
from rich.tree import Tree

from gateway.cli.console import console, fail
from gateway.edge.explain import HEADER, Explain, tree_of
from gateway.edge.rules import RULES
from gateway.loaders.errors import TooMuch
from gateway.loaders.lengths import Lengths
from gateway.loaders.planner import Planner
from gateway.schema.planning import map_of, plan_of
from gateway.schema.query import make_schema

_DEMO: Final = "http://127.0.0.1:8000/graphql"
_WIDTH: Final = 500
_Told = Mapping[str, Any]
"""The ``extensions`` of an answer."""


def explain(
    query: Annotated[Path, typer.Argument(help="A file with one operation.", exists=True, dir_okay=False)],
    variables: Annotated[str, typer.Option(help="Its variables, as JSON.")] = "{}",
    url: Annotated[
        str | None, typer.Option(help=f"Ask the gateway there, as {_DEMO}; without, plan right here.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="Ask as whoever this bearer token is of; without, as nobody.")
    ] = None,
    analyze: Annotated[bool, typer.Option("--analyze", help=f"Execute it, by default at {_DEMO}.")] = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Print what a query is planned to load, what comes along for free, and what that costs.

    With --analyze also what happened: each request to the origin with its entries, times and size.

    What is a subscriber's costs nothing where nobody is signed in, as viewer is null: --token says who it is.
    """
    given = _variables(variables)
    document = _text(query)
    if url is None and not analyze:
        if token is not None:
            fail("A --token is for a gateway: give --url or --analyze, too.")
        told = _planned(document, given)
    else:
        headers = {HEADER: (Explain.ANALYZE if analyze else Explain.PLAN).value}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        told = _asked(_graph_at(url or _DEMO), document, given, headers)
    # A terminal may break lines; nothing is to be cut off.
    wide = Console(width=_WIDTH, highlight=False, markup=False)
    for tree in _shown(told):
        wide.print(tree)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}.")


def _variables(text: str) -> Mapping[str, Any]:
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        fail("The variables are not an object of JSON.")
    return given


def _planned(query: str, variables: Mapping[str, Any]) -> _Told:
    """Plan without a gateway: lists are as long as they typically are."""
    schema = make_schema().core
    planner = Planner(schema, map_of(schema), Lengths())
    try:
        document = parse(query)
        if errors := validate(schema, document, RULES):
            fail(errors[0].message)
        if get_operation_ast(document) is None:
            fail("The file must have one operation.")
        plan = plan_of(planner, document, variables=variables)
    except (GraphQLError, TooMuch) as error:
        fail(str(error))
    return {"plan": tree_of(plan), "cost": {"expected": plan.expected}}


def _graph_at(url: str) -> str:
    """Return the address of the graph where *url* names the gateway alone."""
    return f"{url.rstrip('/')}/graphql" if urlsplit(url).path in {"", "/"} else url


def _asked(url: str, query: str, variables: Mapping[str, Any], headers: Mapping[str, str]) -> _Told:
    try:
        asked = {"query": query, "variables": variables}
        body = httpx.post(url, json=asked, headers=headers, timeout=60).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        fail(f"{url} does not answer as a gateway: {error}")
    for each in body.get("errors", ()):
        console.print(f"Error: {each['message']}")
    if "extensions" not in body:
        fail("There is no plan: the gateway has refused to read the operation, or to explain it.")
    told: _Told = body["extensions"]
    return told


def _shown(told: _Told) -> list[Tree]:
    cost = ", ".join(f"{name} {value}" for name, value in told["cost"].items())
    shown = [_branch(Tree(f"Calls: {cost}"), told["plan"])]
    if "upstream" in told:
        upstream = told["upstream"]
        requests = Tree(
            f"Upstream: {_counted(upstream['requests'], 'request')}, {_counted(upstream['calls'], 'call')}"
        )
        for sent in upstream["sent"]:
            _add_request(requests, sent)
        shown.append(requests)
    return shown


def _branch(tree: Tree, steps: list[dict[str, Any]]) -> Tree:
    for step in steps:
        along = f", with {', '.join(step['expand'])}" if step["expand"] else ""
        cost = (
            f", level {step['level']}: {_counted(step['calls'], 'call')}"
            if step["way"] == "asked for"
            else ""
        )
        text = f"{step['field']} ({step['relation']}) {step['way']}{cost}, {step['things']:g} found{along}"
        _branch(tree.add(text), step["below"])
    return tree


def _counted(number: float, one: str, several: str | None = None) -> str:
    return f"{number:g} {one if number == 1 else several or f'{one}s'}"


_MOST_ENTRIES: Final = 10


def _add_request(tree: Tree, sent: Mapping[str, Any]) -> None:
    entries = sent["entries"]
    took = "no answer" if sent["tookMs"] is None else f"{sent['tookMs']} ms, {sent['bytes']} bytes"
    branch = tree.add(f"{_counted(len(entries), 'entry', 'entries')}, {took}, waited {sent['waitedMs']} ms")
    for entry in entries[:_MOST_ENTRIES]:
        along = f" with {', '.join(entry['expand'])}" if entry["expand"] else ""
        branch.add(f"{entry['path']}{along}")
    if len(entries) > _MOST_ENTRIES:
        branch.add(f"and {len(entries) - _MOST_ENTRIES} more")
