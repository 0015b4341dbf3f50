"""Every error that this project raises on purpose.

SupportBotError
├── ConfigError               a setting is missing or wrong; the start ends with exit code 78
├── ContentError              a file in data/ or in the operator's content folder is wrong
├── UserError                 what somebody asked for cannot be done; carries the text id and values to say so kindly
│   └── ConsentMissing        a row about somebody was to be written without the consent that it needs
├── StorageError
│   ├── StorageBusy           the database stayed locked for longer than we wait
│   ├── NewerDatabase         the database was written by a newer version
│   ├── SealingError          a sealed field cannot be opened
│   └── BackupError           a backup cannot be made, opened or restored
├── NotDrawn                  a picture cannot be made; what it shows is there as text
└── DeliveryError             a message to a person did not go out, or may not have
    ├── NotSent               it certainly did not go out; may be tried again
    │   ├── Unreachable       ... and this person cannot be reached; no second try
    │   ├── OpeningTooFast    ... because Discord lets us open no more DMs for now; open ones go on
    │   ├── TooLarge          ... because Discord takes no file of that size
    │   └── ChannelGone       ... because the DM channel we kept is no longer there; another can be opened
    └── OutcomeUnknown        it may have gone out

A message is one plain sentence for whoever reads the log. It never holds what a member wrote, a name, a token or a key.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping


class SupportBotError(Exception):
    """The root of the tree."""


class ConfigError(SupportBotError):
    """A setting is missing or wrong; the message names the setting and what would work."""


class ContentError(SupportBotError):
    """A content file is wrong; the message names the file and the key."""


class UserError(SupportBotError):
    """What a person asked for cannot be done. Shown to that person, never logged with its values.

    `text_id` is an id in data/locales; `values` fill its placeholders.
    """

    def __init__(self, text_id: str, /, **values: object) -> None:
        super().__init__(text_id)
        self.text_id = text_id
        self.values: Mapping[str, object] = values


class ConsentMissing(UserError):
    """A row about a person was to be written, and the ledger holds no consent for it, or nobody asked the ledger.

    Nothing was written. The message names the scope and nobody.
    """

    def __init__(self, scope: str) -> None:
        super().__init__("consent.missing")
        self.scope = scope

    def __str__(self) -> str:
        return f"no consent for {self.scope}"


class StorageError(SupportBotError):
    """The database could not do what was asked."""


class StorageBusy(StorageError):
    """The database stayed locked for longer than we wait; trying again later is sensible."""


class NewerDatabase(StorageError):
    """The database's schema comes from a newer version of this program."""


class SealingError(StorageError):
    """A sealed field cannot be opened: wrong row, wrong key, or changed bytes."""


class NotDrawn(SupportBotError):
    """A picture cannot be made; what it was to show is there as text."""


class BackupError(StorageError):
    """A backup cannot be made, opened or restored; nothing was changed. The message says why and what would work."""


class DeliveryError(SupportBotError):
    """A message to a person did not go out, or may not have."""


class NotSent(DeliveryError):
    """The message certainly did not go out. `retry_after` is in seconds, 0 when Discord named none."""

    def __init__(self, reason: str, *, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Unreachable(NotSent):
    """This person does not take messages from the bot; the reason is Discord's code.

    `gone`: because they share no community with it.
    """

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


class OpeningTooFast(NotSent):
    """Discord lets the bot open no more DMs for `retry_after` seconds; those that are open go on."""


class TooLarge(NotSent):
    """Discord takes no file of that size."""


class ChannelGone(NotSent):
    """The DM channel that we kept is no longer there; opening one anew gives another."""


class OutcomeUnknown(DeliveryError):
    """The request may have been carried out: time-out, reset, or a 5xx answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def without_words(error: BaseException) -> list[str]:
    """What the log may know of any error: it and what caused it, outermost first, each its type, then its frames.

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
