"""Learns the weights of data/weights.toml from the phrasings beside this file, in some minutes.

    python -m tests.domain.phrases.learn

The same phrasings give the same file. It is logistic regression over `signs`, with the least frequent signs left out,
and a bound that is set on phrasings that were held back in turn: one in fifty look-alikes, which are meant to
deceive, are above it. Whoever runs it has not read the held-out set.
"""

from __future__ import annotations

import hashlib
import math
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supportbot.domain.spelling import plain
from supportbot.domain.weighing import MOST_WORDS, Weights, signs

HERE = Path(__file__).parent
TYPED = HERE.parents[2] / "data" / "typed"
WEIGHTS = HERE.parents[2] / "data" / "weights.toml"
FOLDS = 5
ROUNDS = 40
RATE, DECAY = 2.0, 2e-5
MOST_SIGNS = 10_000
LOOK_ALIKES_ABOVE = 0.02
SCALE = 1000
Example = tuple[frozenset[str], bool]


def said(phrase: str, families: Mapping[str, Sequence[str]]) -> str:
    """The shortest way to say a phrase of the lists: first choices, nothing that may be left out, no gap."""
    before = ""
    while before != phrase:
        before = phrase
        phrase = re.sub(r"\[[^\[\]()]*\]", "", phrase)
        phrase = re.sub(r"\(([^()|\[\]]*)(?:\|[^()\[\]]*)?\)", r" \1 ", phrase)
    phrase = re.sub(r"\{(\w+)\}", lambda name: families[name[1]][0], phrase)
    return " ".join(phrase.replace("##", "30").replace("#", "5").replace("*", "").split()).strip(". ")


def listed() -> Iterator[str]:
    """What is listed as harmless, and the wishes to stop."""
    for file in sorted(TYPED.glob("*.toml")):
        lists = tomllib.loads(file.read_text(encoding="utf-8"))
        yield from (said(phrase, lists["families"]) for phrase in lists["harmless"])
        yield from lists["stop"]


def phrasings() -> list[tuple[str, bool]]:
    """Every phrasing with whether it means danger, in a fixed order."""
    found: dict[str, bool] = dict.fromkeys(listed(), False)
    for file in sorted(HERE.glob("*.toml")):
        for kind, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if kind in {"danger", "crisis", "harmless"}:
                found.update(dict.fromkeys(texts, kind != "harmless"))
    return sorted(found.items())


def digest() -> str:
    """Of all phrasings: it stands in the weights, and says from which they were learned."""
    return hashlib.sha256(repr(phrasings()).encode()).hexdigest()[:16]


def example(text: str, danger: bool) -> Example:
    return signs(plain(text).split()[:MOST_WORDS]), danger


def learned(examples: Sequence[Example], kept: frozenset[str]) -> tuple[dict[str, float], float]:
    """Weights and bias; stochastic gradient descent, each sign at its own pace (AdaGrad)."""
    order = random.Random(1)  # noqa: S311
    weights: dict[str, float] = dict.fromkeys(kept, 0.0)
    pace: dict[str, float] = dict.fromkeys(kept, 1e-3)
    bias, bias_pace = 0.0, 1e-3
    rows = [
        ([sign for sign in found if sign in kept], 1 / math.sqrt(len(found) + 1), danger) for found, danger in examples
    ]
    for row in rows:
        row[0].sort()
    for _ in range(ROUNDS):
        order.shuffle(rows)
        for found, share, danger in rows:
            weight = bias + share * sum(weights[sign] for sign in found)
            off = 1 / (1 + math.exp(-max(-30.0, min(30.0, weight)))) - danger
            bias_pace += off * off
            bias -= 0.1 * off / math.sqrt(bias_pace)
            for sign in found:
                slope = off * share + DECAY * weights[sign]
                pace[sign] += slope * slope
                weights[sign] -= RATE * 0.05 * slope / math.sqrt(pace[sign])
    return weights, bias


def frequent(examples: Sequence[Example]) -> frozenset[str]:
    """Signs that stand in two phrasings at least."""
    counts = Counter(sign for found, _ in examples for sign in found)
    return frozenset(sign for sign, count in counts.items() if count > 1)


def heaviest(examples: Sequence[Example]) -> frozenset[str]:
    """The signs that matter most: heavy ones that are not too rare."""
    kept = frequent(examples)
    counts = Counter(sign for found, _ in examples for sign in found)
    weights, _ = learned(examples, kept)
    ranked = sorted(kept, key=lambda sign: (-abs(weights[sign]) * math.sqrt(counts[sign]), sign))
    return frozenset(ranked[:MOST_SIGNS])


def trained(examples: Sequence[Example]) -> tuple[dict[str, float], float]:
    return learned(examples, heaviest(examples))


def held_back(examples: Sequence[Example]) -> list[tuple[float, bool]]:
    """The weight of every example, by weights that were learned without it."""
    found: list[tuple[float, bool]] = []
    mixed = list(examples)
    random.Random(2).shuffle(mixed)  # noqa: S311
    for fold in range(FOLDS):
        weights, bias = trained([each for at, each in enumerate(mixed) if at % FOLDS != fold])
        for at, (seen, danger) in enumerate(mixed):
            if at % FOLDS == fold:
                weight = sum(weights[sign] for sign in sorted(seen) if sign in weights)
                found.append((bias + weight / math.sqrt(len(seen) + 1), danger))
    return found


def bound(weighed: Sequence[tuple[float, bool]]) -> float:
    look_alikes = sorted((weight for weight, danger in weighed if not danger), reverse=True)
    return look_alikes[int(LOOK_ALIKES_ABOVE * len(look_alikes))]


def learn() -> Weights:
    examples = [example(text, danger) for text, danger in phrasings()]
    weighed = held_back(examples)
    sure = bound(weighed)
    caught = sum(weight >= sure for weight, danger in weighed if danger) / sum(danger for _, danger in weighed)
    print(f"{len(examples)} phrasings; of danger held back, {caught:.1%} are above {sure:.2f}")  # noqa: T201
    weights, bias = trained(examples)
    return Weights({sign: weight for sign, weight in weights.items() if round(weight * SCALE)}, bias, sure)


HEAD = """\
# What typed words weigh, in thousandths; above 0 they speak for danger. Made by tests/domain/phrases/learn.py: change
# the phrasings there, not this file. Words stand as they are, `a b` side by side, `a _ b` with one between, `-abc-` are
# letters inside a word, `/` is an edge.

"""


def written(weights: Weights) -> str:
    """The file."""
    facts = {"bias": weights.bias, "sure": weights.sure}
    rows = [f'learned_from = "{digest()}"', *(f"{name} = {round(weight * SCALE)}" for name, weight in facts.items())]
    rows += ["", "[of]", *(f'"{sign}" = {round(weight * SCALE)}' for sign, weight in sorted(weights.of.items()))]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    WEIGHTS.write_text(written(learn()), encoding="utf-8")
