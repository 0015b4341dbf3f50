"""Phrases to look for in a line of words: families of words, words left out, and small gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

from supportbot.domain.spelling import END, Spelling, pieces

GAP, MOST_BETWEEN = "*", 3
NUMBER, MANY = "#", "##"
FEWEST_MANY = 8

_ITEM = re.compile(r"[()\[\]|]|[^\s()\[\]|]+")
_BETWEEN = re.compile(r"[\s()\[\]|]+")
_BRACKETS = {"(": ")", "[": "]"}
_FAMILY = re.compile(r"\{(\w+)\}")

Families = Mapping[str, Sequence[str]]


def words_of(phrases: Iterable[str]) -> set[str]:
    """The plain words that stand in phrases, in any of their forms."""
    return {
        bare
        for word in set(_BETWEEN.split(" ".join(phrases)))
        if (bare := word.strip(".,")) not in {"", GAP, NUMBER, MANY} and not _FAMILY.fullmatch(word)
    }


class _Step:
    """A place on the way through a phrase: which words lead on, which places are reached without one, whether some
    words may be passed over here, and whether a phrase ends here.
    """

    __slots__ = ("_reached", "ends", "gap", "on", "too")

    def __init__(self, *, gap: bool = False) -> None:
        self.on: dict[str, list[_Step]] = {}
        self.too: list[_Step] = []
        self.gap = gap
        self.ends = False
        self._reached: tuple[tuple[_Step, bool], ...] | None = None

    def reached(self: _Step) -> tuple[tuple[_Step, bool], ...]:
        """This place and those that are reached from it without a word, each with whether there is a gap before it;
        but for those that lead nowhere themselves. Asked for once the phrase is laid whole.
        """
        if self._reached is None:
            found: dict[_Step, bool] = {self: self.gap} if self.on or self.ends else {}
            for step in self.too:
                for each, gap in step.reached():
                    found[each] = gap or self.gap or found.get(each, False)
            self._reached = tuple(found.items())
        return self._reached


_Walk = dict[_Step, tuple[int, int]]
"""Places reached: where in the line the phrase began, and how many words may still be passed over."""


class Phrases:
    """Many phrases, looked for in one walk over a line of words.

    A phrase is words with spaces between them. `(a|b c)` is one of these, `[a|b]` may be left out, `{name}` is any of a
    family, `*` is up to three words of one part of a sentence, `#` a number, `##` a number of eight or more, `.` the
    beginning or the end of such a part. If they reach `across`, phrases go on over such an end where they have no
    gap.

    Raises ValueError for a phrase with a bracket or a family that is not there, or a choice of which nothing is left
    without fillers.
    """

    def __init__(
        self, phrases: Iterable[str], spelling: Spelling, families: Families | None = None, *, across: bool = True
    ) -> None:
        self._bare = cache(partial(_bare, spelling))
        self._across = across
        self._families = {name: [self._bare(words) for words in members] for name, members in (families or {}).items()}
        self._belongs: dict[str, tuple[str, ...]] = {}
        for name, lines in self._families.items():
            for line in lines:
                if len(line) == 1:
                    self._belongs[line[0]] = (*self._belongs.get(line[0], (line[0],)), f"{{{name}}}")
        self._first: dict[str, list[_Step]] = {}
        for phrase in phrases:
            if any(map(str.isalnum, phrase)):
                self._plant(phrase)

    def stand_in(self, line: Sequence[str | None]) -> bool:
        """Whether any phrase stands in the line. None in it is a word that was taken out."""
        return next(self.spans(line), None) is not None

    def spans(self, line: Sequence[str | None]) -> Iterator[tuple[int, int]]:
        """Where phrases stand in the line: the first place and the one after the last."""
        walking: _Walk = {}
        for at, word in enumerate(line):
            if word is None:
                walking = {}
                continue
            arrived = self._passed(word, walking)
            for following, start in self._led_on(word, walking, at):
                for reached, gap in following.reached():
                    arrived[reached] = (start, MOST_BETWEEN if gap else 0)
                    if reached.ends:
                        yield start, at + 1
            walking = arrived

    def _passed(self, word: str, walking: _Walk) -> _Walk:
        """The places that stay: in a gap, or where a part of a sentence ends and what needs no gap may go on."""
        if word == END:
            return {step: (start, 0) for step, (start, _) in walking.items()} if self._across else {}
        return {step: (start, left - 1) for step, (start, left) in walking.items() if left}

    def _led_on(self, word: str, walking: _Walk, at: int) -> list[tuple[_Step, int]]:
        """The places behind this word, of phrases under way and of those that begin with it."""
        found: list[tuple[_Step, int]] = []
        keys = (END,) if word == END else self._keys(word)
        for key in keys:
            found += [
                (following, start)
                for step, (start, _) in walking.items()
                if key in step.on
                for following in step.on[key]
            ]
            found += [(following, at) for following in self._first.get(key, ())]
        return found

    def _keys(self, word: str) -> tuple[str, ...]:
        if word.isdigit():
            significant = word.lstrip("0")
            many = len(significant) > 1 or significant >= str(FEWEST_MANY)
            return (word, NUMBER, MANY) if many else (word, NUMBER)
        return self._belongs.get(word, (word,))

    def _plant(self, phrase: str) -> None:
        root = _Step()
        self._choices(_ITEM.findall(phrase.replace(".", " . ")), root, phrase, closing="").ends = True
        for step, _ in root.reached():
            if step.ends:
                raise ValueError(f"{phrase}: all of it may be left out")
            for word, following in step.on.items():
                self._first.setdefault(word, []).extend(following)

    def _choices(self, items: list[str], before: _Step, phrase: str, *, closing: str) -> _Step:
        """Lay the items up to the closing bracket, which are taken away; returns the place after them."""
        after, step, item = _Step(), before, ""
        while items:
            item = items.pop(0)
            if item in {"|", ")", "]"}:
                if item not in {"|", closing} or not closing:
                    raise ValueError(f"{phrase}: the brackets do not fit")
                if step is before and closing != "]":
                    raise ValueError(f"{phrase}: a choice of nothing but fillers")
                if step is not after:
                    step.too.append(after)
                step = before
                if item != "|":
                    break
            elif item in _BRACKETS:
                step = self._group(item, items, step, phrase)
            else:
                is_last = not items or items[0] in {"|", ")", "]"}
                step = self._single(item, step, phrase, after if is_last else _Step())
        if closing and item != closing:
            raise ValueError(f"{phrase}: the brackets do not fit")
        if step is not before and step is not after:
            step.too.append(after)
        return after

    def _group(self, bracket: str, items: list[str], before: _Step, phrase: str) -> _Step:
        inside = _Step()
        after = self._choices(items, inside, phrase, closing=_BRACKETS[bracket])
        before.too += [inside, after] if bracket == "[" else [inside]
        return after

    def _single(self, item: str, before: _Step, phrase: str, after: _Step) -> _Step:
        """Lay one item from a place to the other; returns where one is then, which is `before` for a filler."""
        if item == GAP:
            step = _Step(gap=True)
            before.too.append(step)
            return step
        if item in {NUMBER, MANY, END}:
            return _lay((item,), before, after)
        if family := _FAMILY.fullmatch(item):
            _lay((item,), before, after)
            if family[1] not in self._families:
                raise ValueError(f"{phrase}: there is no family {family[1]}")
            tails: dict[tuple[str, ...], _Step] = {(): after}
            for line in self._families[family[1]]:
                if len(line) > 1:
                    before.on.setdefault(line[0], []).append(_tail(line[1:], tails))
            return after
        return _lay(self._bare(item), before, after)


def _lay(line: Sequence[str], before: _Step, after: _Step) -> _Step:
    """Lay words from a place to the other; without words one stays where one is."""
    if not line:
        return before
    for word in line[:-1]:
        following = _Step()
        before.on.setdefault(word, []).append(following)
        before = following
    before.on.setdefault(line[-1], []).append(after)
    return after


def _tail(line: tuple[str, ...], tails: dict[tuple[str, ...], _Step]) -> _Step:
    """The place from which these words lead to the one in `tails` of no words; "want to" and "wish to" share it."""
    if line not in tails:
        step = tails[line] = _Step()
        step.on[line[0]] = [_tail(line[1:], tails)]
    return tails[line]


def _bare(spelling: Spelling, text: str) -> tuple[str, ...]:
    """The words of a listed phrase as they stand in a line."""
    if text in spelling.plainly:
        return (text,)
    return tuple(word for word in spelling.line(pieces(text)) if word != END)
