"""Typo-tolerant search: the only place that knows rapidfuzz and the stemmers."""

from __future__ import annotations

from supportbot.services.search.index import Hit, Index, Text
from supportbot.services.search.mentions import Mentions
from supportbot.services.search.names import Findable, Names, begun, called, rank

__all__ = ["Findable", "Hit", "Index", "Mentions", "Names", "Text", "begun", "called", "rank"]
