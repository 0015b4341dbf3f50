"""What cases are made of: values nobody expects, from hypothesis, the same for the same seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

KNOWN = (
    "",
    " ",
    "\x00",
    "\ud800",
    "a\udfffb",
    "\u202e\u2066x",
    "٣٤",
    "²",
    "💜" * 50,
    "x" * 101,
    "y" * 4001,
    "z" * 70_000,
    "@everyone <@1> <@&2> [x](https://example.org) `*_~|>#",
    "{0} {help} %s %(a)s {",
    "'; DROP TABLE plans; --",
    "../../etc/passwd",
    "crisis",
    "crisis-help",
    "all",
    "none",
    "NaN",
    "1e400",
    "0" * 4400,
    "9" * 4400,
    "-1",
    "007",
    "18446744073709551616",
)
NUMBERS = (
    0,
    -1,
    1,
    2,
    3,
    5,
    8,
    18,
    99,
    2**31,
    2**53 + 1,
    2**63,
    2**64 + 7,
    10**30,
    -(2**63) - 1,
    0.5,
    1e308,
    True,
    False,
)
EMPTY: tuple[Any, ...] = (None, [], {}, [[]], [None], {"": None}, [{"type": 1}], [{"type": 2, "options": None}])


def drawn(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """That many examples of a strategy, the same for the same number."""
    found: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def odd_values(number: int) -> list[Any]:
    """Texts, numbers and trees of them."""
    texts = st.text(st.characters(exclude_categories=[]), max_size=60)
    trees = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=6,
    )
    return [*KNOWN, *NUMBERS, *EMPTY, *drawn(texts, 150, number), *drawn(trees, 150, number)]


def ids_of(templates: Sequence[re.Pattern[str]], number: int) -> list[str]:
    """Ids that the buttons and forms listen for."""
    return [id_ for template in templates for id_ in drawn(st.from_regex(template, fullmatch=True), 6, number)]


def bent(choose: Callable[[Sequence[Any]], Any], id_: str, odd: Sequence[Any]) -> str:
    """An id that is nearly one of ours, or was."""
    at = choose(range(len(id_) + 1))
    ways = (
        id_,
        id_,
        id_[:at],
        id_[at:],
        id_ + ":",
        id_ + "\n",
        id_.upper(),
        id_[:at] + str(choose(odd)) + id_[at:],
        re.sub(r"[0-9]+", "99999999999999999999", id_, count=1),
        re.sub(r"[0-9]+", "-1", id_),
        re.sub(r"[0-9]", "٣", id_),
        re.sub(r"([0-9]+)", r"00\1", id_),
        (id_ * 100)[:100],
    )
    return choose(ways)
