"""Buttons on a check-in that has arrived: the delivery's id ends their custom_id, and says no more than which it is."""

from __future__ import annotations

import re
from typing import ClassVar, Self

from supportbot.chat.components import Press, Style, button
from supportbot.chat.host import AnyInteraction, services_of
from supportbot.domain.people import MessageId, PersonId
from supportbot.errors import UserError
from supportbot.services.arrivals import Arrivals, At

DELIVERY = r"(?P<delivery>[a-z0-9]{16}-[0-9]{1,8})"


class OfDelivery(Press, template=r"of-delivery-is-a-base-class"):
    """A button on a check-in. `what` is the middle of its custom_id."""

    what: ClassVar[str] = ""

    def __init__(
        self, delivery: str, label: str = "…", style: Style = Style.secondary, *, row: int | None = None
    ) -> None:
        super().__init__(button(f"ci:{self.what}:{delivery}", label, style), row=row)
        self._delivery = delivery

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["delivery"])

    def at(self, interaction: AnyInteraction) -> At:
        """Whose hand it was, and on which message."""
        return at(interaction, self._delivery)


class ChoiceOfDelivery(OfDelivery, template=r"choice-of-delivery-is-a-base-class"):
    """One of several possible presses. The custom_id names which one it is, and nothing once it was pressed."""

    def __init__(
        self, delivery: str, choice: str, label: str = "…", style: Style = Style.secondary, *, row: int | None = None
    ) -> None:
        super(OfDelivery, self).__init__(button(f"ci:{self.what}:{delivery}:{choice}", label, style), row=row)
        self._delivery, self._choice = delivery, choice

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["delivery"], match["choice"])


def at(interaction: AnyInteraction, delivery: str) -> At:
    """Whose hand it was, and on which message. Raises UserError for a press on none."""
    if interaction.message is None:
        raise UserError("checkin.stale")
    return At(PersonId(interaction.user.id), delivery, MessageId(interaction.message.id))


def arrivals_of(interaction: AnyInteraction) -> Arrivals:
    """The use cases behind the buttons."""
    return services_of(interaction).arrivals
