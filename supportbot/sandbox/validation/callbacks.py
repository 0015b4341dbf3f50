"""What Discord refuses as the first answer to an interaction, and when a DM is opened."""

from supportbot.sandbox.refusals import EMPTY_MESSAGE, ApiError
from supportbot.sandbox.validation.forms import MOST_SNOWFLAKE, REQUIRED, Form, is_integer, is_number, open_form
from supportbot.sandbox.validation.messages import EPHEMERAL, check_form, is_empty
from supportbot.sandbox.validation.modals import check_modal

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, SUGGESTIONS, MODAL = 4, 5, 6, 7, 8, 9

MOST_SUGGESTIONS = 25
MOST_INTEGER = 2**53 - 1
ONLY_EPHEMERAL = ("MESSAGE_FLAGS_INVALID", "A deferred answer takes only EPHEMERAL")


def check_callback(
    body: object, *, interaction_type: int, from_component: bool, attachments: int = 0
) -> ApiError | None:
    """Discord's refusal of this first answer, or None if it takes it.

    `interaction_type` is 2 for a command, 3 for a component, 4 for autocomplete, 5 for a modal that was sent in.
    `from_component`: the interaction came from a message, as every component does and a modal that a component opened.
    """
    callback, faults = open_form(body)
    kind = callback.choice("type", _answers(interaction_type, from_component), required=True)
    empty = False
    if kind == MESSAGE:
        data = callback.child("data") or Form({}, faults, ("data",))
        check_form(data, kind="callback", attachments=attachments)
        empty = is_empty(data, attachments)
    elif kind == SUGGESTIONS:
        _check_suggestions(callback)
    elif kind == MODAL:
        if data := callback.child("data", required=True):
            check_modal(data)
    elif data := callback.child("data"):
        check_form(data, kind="callback", attachments=attachments)
        if kind == DEFERRED_MESSAGE and _flags(data) & ~EPHEMERAL:
            data.fault(ONLY_EPHEMERAL, "flags")
    return faults.refusal() or (EMPTY_MESSAGE if empty else None)


def check_choice_value(choice: Form, kind: type[str] | type[int] | type[float]) -> None:
    """The `value` of a choice, for an option that holds a text, a whole number or a number."""
    value = choice.value.get("value")
    if value is None:
        choice.fault(REQUIRED, "value")
    elif kind is str:
        choice.text("value", most=100)
    elif kind is int:
        choice.integer("value", least=-MOST_INTEGER, most=MOST_INTEGER)
    else:
        choice.number("value", least=-MOST_SNOWFLAKE, most=MOST_SNOWFLAKE)


def check_dm(body: object) -> ApiError | None:
    """Discord's refusal to open a DM for this body, or None. Who can be written to is the caller's to know."""
    form, faults = open_form(body)
    form.snowflake("recipient_id", required=True)
    if form.value.get("recipient_id") in (0, "0"):
        form.fault(REQUIRED, "recipient_id")
    return faults.refusal()


def _answers(interaction_type: int, from_component: bool) -> set[int]:
    """The callback types that may answer: a modal opens no modal, and only a message that was pressed can be edited."""
    if interaction_type == AUTOCOMPLETE:
        return {SUGGESTIONS}
    answers = {MESSAGE, DEFERRED_MESSAGE}
    if from_component:
        answers |= {DEFERRED_UPDATE, UPDATE}
    if interaction_type != MODAL_SUBMIT:
        answers.add(MODAL)
    return answers


def _flags(data: Form) -> int:
    flags = data.value.get("flags")
    return flags if is_integer(flags) else 0


def _check_suggestions(callback: Form) -> None:
    data = callback.child("data", required=True)
    if data is None:
        return
    choices = data.children("choices", most=MOST_SUGGESTIONS)
    kind = _kind_of(choices[0].value.get("value")) if choices else str
    for choice in choices:
        choice.text("name", least=1, most=100, required=True)
        check_choice_value(choice, kind)


def _kind_of(value: object) -> type[str] | type[float]:
    """All suggestions are of the option's kind; that is not in the body, so the first one says it."""
    return float if is_number(value) else str
