"""What Discord refuses in a modal."""

from collections.abc import Callable

from supportbot.sandbox.validation.components import (
    MIN_OVER_MAX,
    ROW,
    SELECTS,
    TEXT_DISPLAY,
    TOO_WIDE,
    check_custom_ids,
    check_options,
    check_range,
    check_select,
    check_text_display,
)
from supportbot.sandbox.validation.forms import REQUIRED, Form

TEXT_INPUT, LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 4, 18, 19, 21, 22, 23
MOST_COMPONENTS = 5

OWN_LABEL = ("TEXT_INPUT_COMPONENT_LABEL_IN_LABEL", "A text input inside a Label takes no label of its own")
DISABLED = ("COMPONENT_DISABLED_IN_MODAL", "A component of a modal cannot be disabled")


def check_modal(modal: Form) -> None:
    """The `data` of a callback that opens a modal."""
    modal.text("custom_id", least=1, most=100, required=True)
    modal.text("title", least=1, most=45, required=True)
    for component in modal.children("components", least=1, most=MOST_COMPONENTS, required=True):
        kind = component.kind({ROW, TEXT_DISPLAY, LABEL})
        component.integer("id", least=0, most=2**31 - 1)
        if kind is not None:
            TOP_LEVEL[kind](component)
    check_custom_ids(modal)


def _check_row(row: Form) -> None:
    inner = row.children("components", least=1, most=5, required=True)
    for place, component in enumerate(inner):
        if component.kind({TEXT_INPUT}) is None:
            continue
        _check_text_input(component)
        if not component.has("label"):
            component.fault(REQUIRED, "label")
        if place:
            row.fault(TOO_WIDE, "components", place)


def _check_label(label: Form) -> None:
    label.text("label", least=1, most=45, required=True)
    label.text("description", least=1, most=100)
    component = label.child("component", required=True)
    kind = component.kind(IN_LABEL) if component else None
    if component is None or kind is None:
        return
    IN_LABEL[kind](component)
    if kind == TEXT_INPUT and component.has("label"):
        component.fault(OWN_LABEL, "label")
    if component.value.get("disabled") is True:
        component.fault(DISABLED, "disabled")


def _check_text_input(text: Form) -> None:
    text.text("custom_id", least=1, most=100, required=True)
    text.choice("style", {1, 2}, required=True)
    text.text("label", least=1, most=45)
    text.text("value", most=4000)
    text.text("placeholder", most=100)
    text.boolean("required")
    least = text.integer("min_length", least=0, most=4000)
    upper = text.integer("max_length", least=1, most=4000)
    if least is not None and upper is not None and least > upper:
        text.fault(MIN_OVER_MAX, "min_length")


def _check_custom_id(component: Form) -> None:
    component.text("custom_id", least=1, most=100, required=True)
    component.boolean("required")


def _check_file_upload(upload: Form) -> None:
    _check_custom_id(upload)
    check_range(upload, most=10)


def _check_radio_group(group: Form) -> None:
    _check_custom_id(group)
    check_options(group, least=2, most=10)


def _check_checkbox_group(group: Form) -> None:
    _check_custom_id(group)
    group.integer("min_values", least=0, most=10)
    group.integer("max_values", least=1, most=10)
    check_options(group, least=1, most=10)


def _check_checkbox(box: Form) -> None:
    _check_custom_id(box)
    box.boolean("default")


TOP_LEVEL: dict[int, Callable[[Form], None]] = {ROW: _check_row, TEXT_DISPLAY: check_text_display, LABEL: _check_label}
IN_LABEL: dict[int, Callable[[Form], None]] = {
    **dict.fromkeys(SELECTS, check_select),
    TEXT_INPUT: _check_text_input,
    FILE_UPLOAD: _check_file_upload,
    RADIO_GROUP: _check_radio_group,
    CHECKBOX_GROUP: _check_checkbox_group,
    CHECKBOX: _check_checkbox,
}
