"""Every REST request that the bot made, with its answer; kept in memory only."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    `path` is without `/api/v10`, tokens intact. `status` is 0 when the connection was cut without an answer.
    `answer` is the JSON that was sent, None for an empty body; `refused` is Discord's code of a refusal.
    """

    n: int
    at: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: tuple[str, ...]
    status: int
    answer: Any
    refused: int | None

    def as_json(self) -> dict[str, Any]:
        """The form of the actor API."""
        return {
            "n": self.n,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": self.body,
            "files": list(self.files),
            "status": self.status,
            "answer": self.answer,
            "refused": self.refused,
        }


class ExchangeLog:
    """The last exchanges, oldest first, numbered from 1."""

    def __init__(self, keep: int = 10_000) -> None:
        self._rows: deque[Exchange] = deque(maxlen=keep)
        self.last = 0

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Exchange:
        return self._rows[index]

    def number(self) -> int:
        """The next number."""
        self.last += 1
        return self.last

    def add(self, exchange: Exchange) -> None:
        """Keep one more; the oldest goes when the log is full."""
        self._rows.append(exchange)

    def after(self, n: int, limit: int) -> list[Exchange]:
        """At most `limit` exchanges with a number above `n`."""
        return [row for row in self._rows if row.n > n][:limit]
