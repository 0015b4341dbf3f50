"""What a scenario may do with a Discord, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tests.parity.probe import Probe

GENERAL = "general"
QUIET = "quiet"
"""The bot sees it and may not write there."""
HIDDEN = "hidden"
"""The bot does not see it."""
DM = "dm"

ANN, BEA, DORA, MIA = "ann", "bea", "dora", "mia"
"""Three members, one of them with German, and a moderator, who has MANAGE_GUILD."""

Kind = Literal["simcord", "sandbox"]


class CannotBeDone(Exception):
    """Discord's client would not let this person do it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a person's client shows it."""

    id: int
    by_bot: bool
    content: str
    ephemeral: bool
    loading: bool
    edited: bool
    custom_ids: tuple[str, ...]
    files: tuple[str, ...]
    described: tuple[str | None, ...]
    """What the files are said to be, for those who cannot see them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an interaction once the bot had done all it does."""

    answered: bool
    message: Shown | None
    modal: Mapping[str, Any] | None
    raw: Any = field(repr=False)


class Stage(Protocol):
    """A Discord with the probe connected. Every call ends when the bot has settled."""

    kind: Kind
    bot: Probe

    def person(self, who: str) -> int:
        """A person's id."""
        ...

    def place(self, where: str) -> int:
        """The id of a channel of the community."""
        ...

    async def offered(self, who: str, where: str = GENERAL) -> set[str]:
        """The slash commands that this person's client offers there."""
        ...

    async def slash(self, who: str, command: str, where: str = GENERAL, **options: Any) -> Outcome:
        """Run a command. Raises CannotBeDone."""
        ...

    async def use_menu(self, who: str, message: Shown, command: str) -> Outcome:
        """Run a command from the menu of a message in #general. Raises CannotBeDone."""
        ...

    async def suggest(
        self, who: str, command: str, option: str, typed: str, **filled: Any
    ) -> Sequence[tuple[str, str | int]]:
        """Type into an option in #general; the suggestions as (name, value)."""
        ...

    async def press(self, who: str, message: Shown, custom_id: str) -> Outcome:
        """Press a button. Raises CannotBeDone."""
        ...

    async def choose(self, who: str, message: Shown, custom_id: str, *values: str) -> Outcome:
        """Choose in a select. Raises CannotBeDone."""
        ...

    async def submit(self, who: str, opened: Outcome, **values: str) -> Outcome:
        """Fill in and send the modal that an interaction opened. Raises CannotBeDone."""
        ...

    async def write(self, who: str, content: str, where: str = DM) -> None:
        """Type a message. Raises CannotBeDone."""
        ...

    async def seen(self, who: str, where: str = GENERAL) -> list[Shown]:
        """What this person sees there, oldest first."""
        ...

    async def close_dms(self, who: str) -> None:
        """This person takes no direct messages of the bot from now on."""
        ...

    async def leave(self, who: str) -> None:
        """This person leaves the community."""
        ...

    async def settle(self) -> None:
        """Let the bot finish, but for what it holds on purpose."""
        ...

    async def pass_deadline(self) -> None:
        """The three seconds for a first answer are over."""
        ...

    async def pass_time(self, seconds: float) -> None:
        """Discord's clock goes on."""
        ...
