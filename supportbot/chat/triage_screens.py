"""How each screen of the triage looks: its embeds, and its buttons row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import discord

from supportbot.chat import present
from supportbot.chat.components import Style
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.handover import AskSomebody, CommunityResources
from supportbot.chat.host import AnyItem
from supportbot.chat.words import Voice
from supportbot.domain.triage import Question, Result
from supportbot.services.triage import Closing, Screen, View

ANSWERS_AS_BUTTONS = 4
"""So many have a row each, above the row of ways out. More become a select."""

ARRANGED = frozenset({"interventionist", "both"})
EXPLAINED = ARRANGED | {"therapist"}
CRISIS, SAFE_HELP = "crisis", "safe_help"
YOUTH_LINES = "youth_lines"
PLAIN_PIECE = 1_900


class What(StrEnum):
    """What a button of a flow does; an answer's has its position in place of this."""

    OPEN = "open"
    CHOOSE = "choose"
    GO_ON = "on"
    BACK = "back"
    STOP = "stop"
    UNDER_18 = "young"
    START_OVER = "over"
    CLEAR = "clear"
    EXPLAIN = "explain"
    CHECK_INS = "checkins"
    YOUTH_LINES = "youth"
    PLAIN_TEXT = "plain"
    START_NEW = "new"


@dataclass(frozen=True, slots=True)
class Cell:
    """A button of the flow itself: what it does, or the position of the answer it gives."""

    what: What | int
    label: str
    style: Style = Style.secondary


@dataclass(frozen=True, slots=True)
class Choices:
    """The answers as a select: labels in order, and which of them was chosen before."""

    placeholder: str
    labels: Sequence[str]
    chosen: int | None


Row = Sequence[Cell | Choices | AnyItem]


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen. Rows hold cells of the flow, and buttons that belong to others."""

    text: str | None = None
    embeds: Sequence[discord.Embed] = ()
    rows: Sequence[Row] = ()


def door(voice: Voice) -> Shown:
    """What stands on a lock screen: nothing about anything."""
    row = [Cell(What.OPEN, voice("triage.door.open"), Style.primary), Cell(What.CLEAR, voice("triage.clear"))]
    return Shown(text=voice("triage.door"), rows=[row])


def screen(voice: Voice, view: View) -> Shown:
    """The present screen of a flow; for those with the crisis page see `with_crisis`."""
    if view.screen is Screen.DOOR:
        return door(voice)
    if view.question is not None:
        return _question(voice, view, view.question)
    assert view.result is not None  # noqa: S101 (a view has one of the two)
    return _result(voice, view, view.result)


def shows_crisis(view: View) -> bool:
    """Whether the crisis page stands on this screen."""
    return view.screen is Screen.PAUSE or (view.result is not None and view.result.outcome == CRISIS)


def beside_crisis(voice: Voice, view: View) -> discord.Embed:
    """What is said below the crisis page."""
    if view.result is None:
        embed = discord.Embed(description=voice("triage.pause"), colour=present.CALM)
        return embed.set_footer(text=_footer(voice, view, voice("triage.keeps")))
    said = [_reason(voice, reason) for reason in view.result.reasons]
    if "withdrawal=now" in view.result.reasons:
        said.append(voice("triage.crisis.withdrawal"))
    embed = discord.Embed(description="\n".join([*said, voice("triage.after_crisis")]), colour=present.URGENT)
    for entry in view.result.also:
        title, body = voice(f"triage.entry.{entry}.title"), voice(f"triage.entry.{entry}.body")
        embed.add_field(name=title, value=body, inline=False)
    return embed.set_footer(text=voice("triage.under_18.noted")) if view.under_18 else embed


def with_crisis(voice: Voice, view: View, own: discord.Embed, crisis: Shown) -> Shown:
    """The crisis page of at most three rows, with a way on, or with what else there is."""
    onward: list[Cell | AnyItem] = [Cell(What.GO_ON, voice("triage.continue"), Style.primary)]
    if view.result is not None:
        onward = [CommunityResources.spoken(voice, view.community)]
        if YOUTH_LINES in view.result.also:
            onward.append(Cell(What.YOUTH_LINES, voice("triage.lines.youth")))
        if not view.under_18:
            onward.append(AskSomebody.spoken(voice, view.community))
        onward.append(Cell(What.START_OVER, voice("triage.start_over")))
    # What was said comes right after the emergency number; a way on comes last.
    embeds = [*crisis.embeds[:1], own, *crisis.embeds[1:]] if view.result is not None else [*crisis.embeds, own]
    return Shown(embeds=embeds, rows=[*crisis.rows, onward, _ways_out(voice, view)])


def closed(voice: Voice, why: Closing) -> Shown:
    """In the place of a page that closed itself."""
    return _over(voice, voice(f"triage.closed.{why.value}"))


def forgotten(voice: Voice) -> Shown:
    """In the place of a page whose answers are gone."""
    return _over(voice, voice("triage.forgotten"))


def stopped(voice: Voice) -> Shown:
    """In the place of a page that its person stopped."""
    return _over(voice, voice("triage.stopped"))


def plain_text(voice: Voice, view: View) -> Iterator[str]:
    """A result without embeds or marks, in pieces that a message can hold."""
    if view.result is None:
        return
    piece = ""
    for part in (f"{title}\n{body}" for title, body in _sections(voice, view.result)):
        text = part.replace("**", "")
        if piece and len(piece) + len(text) > PLAIN_PIECE:
            yield piece
            piece = ""
        piece = f"{piece}\n\n{text}".strip()
    yield piece


def _over(voice: Voice, text: str) -> Shown:
    row: Row = [
        Cell(What.START_NEW, voice("triage.start_new")),
        CrisisHelp(voice("triage.crisis")),
        Cell(What.CLEAR, voice("triage.clear")),
    ]
    return Shown(text=text, rows=[row])


def _question(voice: Voice, view: View, question: Question) -> Shown:
    number, of = view.position or (1, 1)
    of_oneself = question.id == "willing" and view.about_self
    asked = voice("triage.ask.willing.self") if of_oneself else voice(f"triage.ask.{question.id}")
    embed = discord.Embed(title=voice("triage.title", number=number, of=of), description=asked, colour=present.CALM)
    embed.set_footer(text=_footer(voice, view, voice("triage.keeps")))
    labels = [(answer, voice(f"triage.answer.{question.id}.{answer}")) for answer in question.answers]
    rows: list[Row]
    if len(labels) > ANSWERS_AS_BUTTONS:
        before = None if view.chosen is None else question.answers.index(view.chosen)
        rows = [[Choices(voice("triage.choose"), [label for _, label in labels], before)]]
    else:
        rows = [
            [Cell(position, label, Style.primary if answer == view.chosen else Style.secondary)]
            for position, (answer, label) in enumerate(labels)
        ]
    return Shown(embeds=[embed], rows=[*rows, _ways_out(voice, view)])


def _result(voice: Voice, view: View, result: Result) -> Shown:
    (_, intro), *sections = _sections(voice, result)
    embed = discord.Embed(title=voice("triage.result.title"), description=intro, colour=present.CALM)
    for name, value in sections[:-1]:
        embed.add_field(name=name, value=value, inline=False)
    embed.set_footer(text=_footer(voice, view, voice("triage.result.footer")))
    onward: list[Cell | AnyItem] = []
    if EXPLAINED & {result.outcome, *result.also}:
        onward.append(Cell(What.EXPLAIN, voice("triage.explain")))
    if YOUTH_LINES in result.also:
        onward.append(Cell(What.YOUTH_LINES, voice("triage.lines.youth"), Style.primary))
    onward.append(CommunityResources.spoken(voice, view.community))
    if not view.under_18:
        # Nobody under 18 is handed to one grown-up alone; a room with two of the team is not there yet.
        onward.append(AskSomebody.spoken(voice, view.community))
    if result.outcome != SAFE_HELP:
        # Messages that come by themselves are nothing for a phone that may be watched.
        onward.append(Cell(What.CHECK_INS, voice("triage.check_ins")))
    over = [Cell(What.PLAIN_TEXT, voice("triage.plain")), Cell(What.START_OVER, voice("triage.start_over"))]
    return Shown(embeds=[embed], rows=[onward, over, _ways_out(voice, view)])


def _sections(voice: Voice, result: Result) -> list[tuple[str, str]]:
    """Title and words of each part of a result, in the order in which they are read; the last is the closing line."""
    sections = [
        (voice("triage.result.title"), voice("triage.result.intro")),
        (voice(f"triage.outcome.{result.outcome}.title"), voice(f"triage.outcome.{result.outcome}.body")),
    ]
    sections += [(voice(f"triage.entry.{entry}.title"), voice(f"triage.entry.{entry}.body")) for entry in result.also]
    if result.notes:
        notes = "\n".join(voice(f"triage.note.{note}") for note in result.notes)
        sections.append((voice("triage.note.title"), notes))
    why = "\n".join(f"• {_reason(voice, reason)}" for reason in result.reasons)
    sections += [
        (voice("triage.result.why"), why),
        (voice("triage.result.next"), voice(f"triage.outcome.{result.outcome}.next")),
        ("", voice("triage.result.footer")),
    ]
    return sections


def _reason(voice: Voice, reason: str) -> str:
    question, _, answer = reason.partition("=")
    return voice(f"triage.reason.{question}.{answer}")


def _footer(voice: Voice, view: View, text: str) -> str:
    return f"{text} {voice('triage.under_18.noted')}" if view.under_18 else text


def _ways_out(voice: Voice, view: View) -> Row:
    """The last row of every screen: back, stop, help, a word about age, and gone."""
    row: list[Cell | AnyItem] = []
    if view.can_go_back:
        row.append(Cell(What.BACK, voice("triage.back")))
    row += [Cell(What.STOP, voice("triage.stop")), CrisisHelp(voice("triage.crisis"))]
    if not view.under_18:
        row.append(Cell(What.UNDER_18, voice("triage.under_18")))
    row.append(Cell(What.CLEAR, voice("triage.clear")))
    return row
