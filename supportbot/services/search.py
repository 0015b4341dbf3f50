"""Typo-tolerant search: the only place that knows rapidfuzz."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import fuzz, process, utils

GOOD_ENOUGH = 70.0
NEAR_THE_BEST = 12.0


def rank(query: str, candidates: Mapping[str, str], *, limit: int) -> list[str]:
    """The keys whose texts fit the query best, best first; what fits badly, or far worse than the best, is left out."""
    found = process.extract(
        query, candidates, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=GOOD_ENOUGH, limit=limit
    )
    return [key for _, score, key in found if score >= found[0][1] - NEAR_THE_BEST]
