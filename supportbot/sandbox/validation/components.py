"""What Discord refuses in the components of a message: rows, buttons, selects, and the parts of Components V2."""

from collections.abc import Callable, Collection, Iterator

from supportbot.sandbox.validation.forms import MEDIA, Form, is_list, is_object

ROW, BUTTON, STRING_SELECT = 1, 2, 3
SELECTS = {3, 5, 6, 7, 8}
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
IN_CONTAINER = {ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR}
TOP_LEVEL_V2 = IN_CONTAINER | {CONTAINER}
LINK, PREMIUM = 5, 6

MOST_ROWS, MOST_IN_ROW, MOST_V2, MOST_TEXT = 5, 5, 40, 4000
# Discord's channel types (docs: "Channel Types"), which a channel select or option may be narrowed to.
CHANNEL_TYPES = {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16}

ID_TWICE = ("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
TOO_WIDE = ("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
VALUE_TWICE = ("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
MIN_OVER_MAX = ("SELECT_COMPONENT_MIN_VALUES_EXCEEDS_MAX_VALUES", "min_values must not be larger than max_values")
NO_LABEL = ("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji")
ONE_TARGET = (
    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    "A button takes exactly one of a custom id, a url and a sku id, as its style says",
)
TOO_MUCH_TEXT = (
    "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    f"Components displayable text size exceeds maximum size of {MOST_TEXT}",
)
TOO_MANY = ("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"Must have at most {MOST_V2} components in total")


def check_components(message: Form, *, v2: bool) -> None:
    """The message's `components`. `v2`: the message has the flag IS_COMPONENTS_V2."""
    allowed = TOP_LEVEL_V2 if v2 else {ROW}
    components = message.children("components", most=MOST_V2 if v2 else MOST_ROWS)
    for component in components:
        _check(component, allowed)
    check_custom_ids(message)
    if v2 and components:
        everything = list(walk(message))
        if len(everything) > MOST_V2:
            message.fault(TOO_MANY, "components")
        if (
            sum(
                len(str(part.value.get("content") or ""))
                for part in everything
                if part.value.get("type") == TEXT_DISPLAY
            )
            > MOST_TEXT
        ):
            message.fault(TOO_MUCH_TEXT, "components")


def walk(holder: Form) -> Iterator[Form]:
    """Every component below this form, outer before inner; whatever is no object is passed over."""
    value = holder.value.get("components")
    inner = [("components", place, part) for place, part in enumerate(value)] if is_list(value) else []
    inner += [(key, None, holder.value.get(key)) for key in ("accessory", "component")]
    for key, place, part in inner:
        if is_object(part):
            below = (key,) if place is None else (key, str(place))
            form = Form(part, holder.faults, (*holder.path, *below))
            yield form
            yield from walk(form)


def check_custom_ids(holder: Form) -> None:
    """No two components below this form share a custom_id; disabled ones count too."""
    seen: set[str] = set()
    for component in walk(holder):
        custom_id = component.value.get("custom_id")
        if isinstance(custom_id, str):
            if custom_id in seen:
                component.fault(ID_TWICE, "custom_id")
            seen.add(custom_id)


def _check(component: Form, allowed: Collection[int]) -> None:
    kind = component.kind(allowed)
    component.integer("id", least=0, most=2**31 - 1)
    if kind is not None:
        CHECKS[kind](component)


def _check_row(row: Form) -> None:
    inner = row.children("components", least=1, most=MOST_IN_ROW, required=True)
    for place, component in enumerate(inner):
        _check(component, {BUTTON, *SELECTS})
        if len(inner) > 1 and component.value.get("type") != BUTTON:
            row.fault(TOO_WIDE, "components", place)


def _check_button(button: Form) -> None:
    style = button.choice("style", range(1, 7), required=True)
    button.text("label", most=80)
    button.text("custom_id", least=1, most=100)
    button.url("url", most=512, schemes=("http", "https", "discord"))
    button.snowflake("sku_id")
    button.boolean("disabled")
    check_emoji(button)
    if style is None:
        return
    target = {LINK: "url", PREMIUM: "sku_id"}.get(style, "custom_id")
    if [key for key in ("custom_id", "url", "sku_id") if button.has(key)] != [target]:
        button.fault(ONE_TARGET, target)
    if style != PREMIUM and not (button.has("label") or button.has("emoji")):
        button.fault(NO_LABEL, "label")


def check_emoji(holder: Form) -> None:
    """The `emoji` of a button or an option: a name, and an id if it is a server's own."""
    if emoji := holder.child("emoji"):
        emoji.text("name", most=32, required=True)
        emoji.snowflake("id")
        emoji.boolean("animated")


def check_select(select: Form) -> None:
    """A select of any kind, in a message or in a modal."""
    select.text("custom_id", least=1, most=100, required=True)
    select.text("placeholder", most=150)
    select.boolean("disabled")
    select.boolean("required")
    check_range(select, most=25)
    if select.value.get("type") == STRING_SELECT:
        check_options(select, least=1, most=25)
        return
    select.choices("channel_types", CHANNEL_TYPES)
    for default in select.children("default_values", most=25):
        default.snowflake("id", required=True)
        default.text("type", least=1, most=20, required=True)


def check_range(component: Form, *, most: int) -> None:
    """`min_values` and `max_values` of a component to choose from."""
    least = component.integer("min_values", least=0, most=most)
    upper = component.integer("max_values", least=1, most=most)
    if (1 if least is None else least) > (1 if upper is None else upper):
        component.fault(MIN_OVER_MAX, "min_values")


def check_options(component: Form, *, least: int, most: int) -> None:
    """The `options` of a component to choose from; no value twice."""
    seen: set[str] = set()
    for option in component.children("options", least=least, most=most, required=True):
        option.text("label", least=1, most=100, required=True)
        value = option.text("value", least=1, most=100, required=True)
        option.text("description", most=100)
        option.boolean("default")
        check_emoji(option)
        if value in seen:
            option.fault(VALUE_TWICE, "value")
        if value is not None:
            seen.add(value)


def _check_section(section: Form) -> None:
    for text in section.children("components", least=1, most=3, required=True):
        _check(text, {TEXT_DISPLAY})
    if accessory := section.child("accessory", required=True):
        _check(accessory, {BUTTON, THUMBNAIL})


def check_text_display(text: Form) -> None:
    """A text that stands by itself, in a message or in a modal."""
    text.text("content", least=1, most=MOST_TEXT, required=True)


def _check_media(holder: Form, key: str = "media") -> None:
    holder.text("description", least=1, most=1024)
    holder.boolean("spoiler")
    if media := holder.child(key, required=True):
        media.url("url", schemes=MEDIA, required=True)


def _check_gallery(gallery: Form) -> None:
    for item in gallery.children("items", least=1, most=10, required=True):
        _check_media(item)


def _check_file(file: Form) -> None:
    file.boolean("spoiler")
    if media := file.child("file", required=True):
        media.url("url", schemes=("attachment",), required=True)


def _check_separator(separator: Form) -> None:
    separator.choice("spacing", {1, 2})
    separator.boolean("divider")


def _check_container(container: Form) -> None:
    container.integer("accent_color", least=0, most=0xFFFFFF)
    container.boolean("spoiler")
    for component in container.children("components", least=1, most=MOST_V2, required=True):
        _check(component, IN_CONTAINER)


CHECKS: dict[int, Callable[[Form], None]] = {
    ROW: _check_row,
    BUTTON: _check_button,
    **dict.fromkeys(SELECTS, check_select),
    SECTION: _check_section,
    TEXT_DISPLAY: check_text_display,
    THUMBNAIL: _check_media,
    GALLERY: _check_gallery,
    FILE: _check_file,
    SEPARATOR: _check_separator,
    CONTAINER: _check_container,
}
