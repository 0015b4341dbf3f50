"""Claim: a question is answered from all entries within 5 ms. Peer: comparing it with every entry's text."""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rapidfuzz import fuzz, process

from benchmarks.measure import percentiles
from supportbot import content as content_files
from supportbot.content import Content
from supportbot.services.library import index_of

ROUNDS = 5
LIMIT = 0.005
HERE = Path(__file__).resolve().parent.parent
WORST = (
    "therapy " * 500,
    "🙂" * 4000,
    " ".join(f"wrod{number}" for number in range(600)),
    "interventoin terapy adiction",
)
"""What people rarely type, and what costs most."""


def main() -> None:
    """Print what building the index costs, and the percentiles of both ways."""
    content = content_files.load()
    began = time.perf_counter()
    index = index_of(content.knowledge, content.searching)
    print(f"the index of {len(content.knowledge)} entries is built once, in {time.perf_counter() - began:.2f} s")
    texts = naive_texts(content)
    asked = questions()
    found = {
        "supportbot": [best(lambda each=each: index.search(*each, limit=6)) for each in asked],
        "its worst": [best(lambda each=each: index.search(each, ["en"], limit=6)) for each in WORST],
        "naive scan": [best(lambda each=each: scan(texts, *each)) for each in asked],
    }
    percentiles("questions, milliseconds, the best of each one's rounds", found, against="naive scan", limit=LIMIT)


def best(search: Callable[[], object]) -> float:
    """Seconds that a question takes, whatever else the machine does."""
    found: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        search()
        found.append(time.perf_counter() - began)
    return min(found)


def scan(texts: dict[str, dict[str, str]], question: str, languages: list[str]) -> object:
    """Compare the question with the text of every entry."""
    return process.extract(question.lower(), texts[languages[0]], scorer=fuzz.partial_token_set_ratio, limit=6)


def questions() -> list[tuple[str, list[str]]]:
    """Those of the tests, each with the reader's language."""
    files = sorted((HERE / "tests/services/search").glob("questions*.toml"))
    asked = [each for file in files for each in tomllib.loads(file.read_text(encoding="utf-8"))["questions"]]
    return [(each["text"], [each["language"]]) for each in asked]


def naive_texts(content: Content) -> dict[str, dict[str, str]]:
    """Language -> entry -> all that it says."""
    found: dict[str, dict[str, str]] = {}
    for each in content.knowledge.every():
        text = "\n".join((each.title, *each.synonyms, *each.silent, each.summary, *each.pages))
        found.setdefault(each.language, {})[each.id] = text.lower()
    return found


if __name__ == "__main__":
    main()
