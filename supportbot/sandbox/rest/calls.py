"""One REST call, its answer, and the table of routes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from supportbot.sandbox.compose import as_object
from supportbot.sandbox.model import Json
from supportbot.sandbox.posting import Refused
from supportbot.sandbox.refusals import invalid_form
from supportbot.sandbox.state import State
from supportbot.sandbox.uploads import Upload

_PARAMETER = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to Discord. `path` is without `/api/v10`; `body` is the JSON, or `payload_json` of a multipart one."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: tuple[Upload, ...] = ()
    params: dict[str, str] = field(default_factory=dict[str, str])

    def id(self, name: str) -> int:
        """The id in the path. Raises Refused (50035) when it is not a number."""
        return snowflake(self.params[name], f"{name}_id")

    def object(self) -> Json:
        """The body as an object; validation has refused anything else."""
        return as_object(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON body; None is no body."""

    status: int = 200
    body: Any = None


NO_CONTENT = Answer(204)

Handler = Callable[[State, Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table. `token_only` routes need no Authorization and no place in the global limit."""

    method: str
    template: str
    handler: Handler
    token_only: bool
    pattern: re.Pattern[str]

    @property
    def key(self) -> str:
        """How limits and logs name the route."""
        return f"{self.method} {self.template}"


class Routes:
    """The table of routes; literal segments are tried before parameters."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def add(self, method: str, template: str, handler: Handler, *, token_only: bool = False) -> None:
        """One more route."""
        pattern = re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", template) + r"\Z")
        self._routes.append(Route(method, template, handler, token_only, pattern))
        self._routes.sort(key=lambda route: route.template.count("{"))

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | bool:
        """The route and its parameters; otherwise whether the path is known with another method."""
        known = False
        for route in self._routes:
            found = route.pattern.match(path)
            if found and route.method == method:
                return route, found.groupdict()
            known = known or found is not None
        return known


def snowflake(text: str, where: str) -> int:
    """An id. Raises Refused (50035) naming `where` when it is not one."""
    if not text.isascii() or not text.isdigit() or len(text) > 20:
        message = f'Value "{text[:100]}" is not snowflake.'
        error = {"code": "NUMBER_TYPE_COERCE", "message": message}
        raise Refused(invalid_form({where: {"_errors": [error]}}))
    return int(text)
