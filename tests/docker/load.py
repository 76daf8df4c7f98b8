"""Somebody who asks all the time, and keeps whatever goes wrong."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(slots=True)
class Load:
    """Asks one query after the other, each by a connection of its own, until it is told to stop."""

    url: str
    http: httpx.Client
    query: str
    wrong: list[str] = field(default_factory=list)
    right: int = 0
    threads: int = 2
    """How many ask at once."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask until stopped, and keep whatever is no whole answer."""
        while not self.stopped.wait(0.01):
            try:
                answer: Any = self.http.post(f"{self.url}/graphql", json={"query": self.query}).json()
            except (httpx.HTTPError, ValueError) as error:
                self.wrong.append(repr(error))
                continue
            if answer.get("errors") or None in answer["data"].values():
                self.wrong.append(str(answer))
            self.right += 1

    def await_answers(self, count: int) -> None:
        """Return when so many more answers have come, or one went wrong."""
        wanted = self.right + count
        while self.right < wanted and not self.wrong:
            self.stopped.wait(0.02)


@contextmanager
def loaded(url: str, trust: ssl.SSLContext, query: str) -> Iterator[Load]:
    """Ask the graph at *url*, twice at once."""
    alone = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(verify=trust, timeout=30, limits=alone) as http:
        load = Load(url, http, query)
        threads = [threading.Thread(target=load.ask) for _ in range(load.threads)]
        for thread in threads:
            thread.start()
        try:
            yield load
        finally:
            load.stopped.set()
            for thread in threads:
                thread.join()
