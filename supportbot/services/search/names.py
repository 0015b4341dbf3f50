"""Finding names while somebody types them, typos forgiven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest

from rapidfuzz import process
from rapidfuzz.distance import OSA

from supportbot.domain.spelling import plain

# Fewer letters than this are inside far too many words, and too few to tell a typo from another word.
INSIDE_FROM = 4
TYPO_FROM = 4
# No name is longer. Letters that are many in plain spelling are cut after that too: what is compared stays this short.
LONGEST_LOOKED_AT = 100
# Up to this length one slip, beyond it two.
ONE_SLIP_TO = 9
# From here on, what is still being typed may hold a slip too. Shorter, Haifa would be Halifax.
UNFINISHED_FROM = 7
# With another first letter it is mostly another word (Mumbai, Dubai), but for one slip in a long one (Kopenhagen).
LONG_WORD = 8

_EXACT, _START, _WORDS, _INSIDE = range(4)
_Rank = tuple[int, int, int]
_FAR: _Rank = (99, 0, 0)


@dataclass(frozen=True, slots=True)
class Findable:
    """A key and what it is found by. Build it with `of`.

    `names`: groups of names, those that count most first. `codes`: looked at from their beginning only.
    """

    key: str
    names: tuple[tuple[str, ...], ...]
    codes: tuple[str, ...]
    words: str

    @classmethod
    def of(cls, key: str, names: Iterable[Iterable[str]], codes: Iterable[str] = ()) -> Findable:
        groups = tuple(tuple(dict.fromkeys(name for name in map(plain, group) if name)) for group in names)
        every = " ".join(name for group in groups for name in group)
        return cls(key, groups, tuple(map(plain, codes)), f" {every}")


@dataclass(frozen=True, slots=True)
class Names:
    """What names are found among. Build it once, with `of`.

    `each`: every name, with the place of its group and that of its entry.
    """

    entries: tuple[Findable, ...]
    each: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, entries: Iterable[Findable]) -> Names:
        kept = tuple(entries)
        each = (
            (name, group, at) for at, entry in enumerate(kept) for group, of in enumerate(entry.names) for name in of
        )
        return cls(kept, tuple(each))


def rank(query: str, among: Names, *, limit: int) -> list[str]:
    """The keys that fit the query best, best first; of equals, the one that stands first in `among`.

    Whole names, then beginnings of words, then all words in any order, then what stands inside a word; typos are
    forgiven only where nothing else fits. Case, accents and punctuation do not matter.
    """
    wanted = _wanted(query)
    if not wanted:
        return []
    placed = [(rank, at) for at, entry in enumerate(among.entries) if (rank := _place(wanted, entry)) is not None]
    best = [at for _, at in nsmallest(limit, placed)] if placed else _nearly(wanted, among)[:limit]
    return [among.entries[at].key for at in best]


def begun(query: str, among: Names, *, groups: int) -> list[str]:
    """The keys of which a name, in the first so many groups, begins with the query; the shortest names first."""
    wanted = _wanted(query)
    found = [(group, len(name), at) for name, group, at in among.each if group < groups and name.startswith(wanted)]
    return list(dict.fromkeys(among.entries[at].key for _, _, at in sorted(found))) if wanted else []


def called(query: str, among: Names, *, groups: int) -> str | None:
    """The key that can only be meant; None where there is doubt.

    By a whole name in the first so many groups; else by whole words with which only one entry's first names begin; else
    by a whole name but for one slip.
    """
    wanted = _wanted(query)
    whole = min(((group, at) for name, group, at in among.each if group < groups and name == wanted), default=None)
    if whole:
        return among.entries[whole[1]].key
    named = {at for name, group, at in among.each if group == 0 and wanted and name.startswith(f"{wanted} ")}
    if not named and len(wanted) >= TYPO_FROM:
        near = process.extract_iter(wanted, [name for name, _, _ in among.each], scorer=OSA.distance, score_cutoff=1)
        slips = (among.each[which] for name, _, which in near if _is_slip(wanted, name, 1))
        named = {at for _, group, at in slips if group < groups}
    return among.entries[named.pop()].key if len(named) == 1 else None


def _wanted(query: str) -> str:
    return plain(query[:LONGEST_LOOKED_AT])[:LONGEST_LOOKED_AT]


def _place(wanted: str, entry: Findable) -> _Rank | None:
    found: list[_Rank | None] = [(_START, len(entry.names), 0) for code in entry.codes if code.startswith(wanted)]
    if wanted in entry.words:  # it is not in those of most entries, which is soon seen
        found += [_in_name(wanted, name, group) for group, names in enumerate(entry.names) for name in names]
    best = min((each for each in found if each), default=None)
    if best and best[0] < _WORDS:
        return best
    words = wanted.split()
    if len(words) > 1 and all(f" {word}" in entry.words for word in words):
        return (_WORDS, 0, 0)
    return best


def _in_name(wanted: str, name: str, group: int) -> _Rank | None:
    at = f" {name}".find(f" {wanted}")
    if at >= 0:
        return (_EXACT if name == wanted else _START, group, int(at > 0))
    # Scripts that do not part words are searched from the first letter.
    if (len(wanted) >= INSIDE_FROM or not wanted.isascii()) and wanted in name:
        return (_INSIDE, group, 0)
    return None


def _nearly(wanted: str, among: Names) -> list[int]:
    """Where the entries stand that are as near as the nearest, but not farther than a slip or two."""
    if len(wanted) < TYPO_FROM:
        return []
    names = among.each
    slips = 1 if len(wanted) <= ONE_SLIP_TO else 2
    near: dict[int, _Rank] = {}
    # The whole names, then their beginnings: somebody may still be typing.
    for cut in (None, len(wanted), len(wanted) + 1):
        if cut and len(wanted) < UNFINISHED_FROM:
            break
        shown, most = [name[:cut] for name, _, _ in names], 1 if cut else slips
        for name, distance, which in process.extract_iter(wanted, shown, scorer=OSA.distance, score_cutoff=most):
            if _is_slip(wanted, name, int(distance)):
                _, group, at = names[which]
                near[at] = min(near.get(at, _FAR), (int(distance), int(cut is not None), group))
    nearest = min((distance for distance, _, _ in near.values()), default=0)
    return sorted((at for at in near if near[at][0] == nearest), key=lambda at: (near[at], at))


def _is_slip(wanted: str, name: str, distance: int) -> bool:
    if len(wanted) == TYPO_FROM:
        return sorted(wanted) == sorted(name)
    return wanted[0] == name[:1] or (distance == 1 and len(wanted) >= LONG_WORD)
