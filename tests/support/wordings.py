"""What a check-in can say, for tests that look for it."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

_SHIPPED: dict[str, Any] = tomllib.loads(files("data").joinpath("prompts/en.toml").read_text(encoding="utf-8"))
LINES: list[str] = _SHIPPED["lines"]
"""What a lock screen shows, in the order in which a plan's messages do."""
MOOD_QUESTIONS: list[str] = _SHIPPED["questions"]["mood"]
