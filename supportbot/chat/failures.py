"""What the log may know of an error behind an interaction: its kind and where it happened, never in whose words."""

from __future__ import annotations

import traceback


def without_words(error: BaseException) -> list[str]:
    """The error and what caused it, outermost first: each its type, then its frames.

    The messages are left out: a library's may quote what somebody typed.
    """
    found: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        found.append(f"{kind.__module__}.{kind.__qualname__}")
        frames = traceback.extract_tb(current.__traceback__)
        found.extend(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return found
