"""What Discord refuses in a list of application commands."""

import unicodedata
from collections import Counter
from collections.abc import Collection

from supportbot.sandbox.refusals import TOO_MANY_COMMANDS, ApiError
from supportbot.sandbox.validation.callbacks import MOST_INTEGER, check_choice_value
from supportbot.sandbox.validation.components import CHANNEL_TYPES
from supportbot.sandbox.validation.forms import (
    MOST_SNOWFLAKE,
    NOT_A_LIST,
    REQUIRED,
    Faults,
    Form,
    forms_in,
    is_list,
    is_object,
    not_a_choice,
)

SLASH, USER, MESSAGE, ENTRY_POINT = 1, 2, 3, 4
MOST_OF_KIND = {SLASH: 100, USER: 15, MESSAGE: 15, ENTRY_POINT: 1}
SUBCOMMAND, GROUP, STRING, INTEGER, CHANNEL, NUMBER = 1, 2, 3, 4, 7, 10
PLAIN = range(3, 12)
CHOICE_VALUES: dict[int, type[str] | type[int] | type[float]] = {STRING: str, INTEGER: int, NUMBER: float}
MOST_OPTIONS, MOST_CHOICES = 25, 25
MOST_CHARACTERS = 8000

# Discord's locales, from its OpenAPI schema (AvailableLocalesEnum).
LOCALES = frozenset(
    {
        *(
            "ar",
            "bg",
            "cs",
            "da",
            "de",
            "el",
            "en-GB",
            "en-US",
            "es-419",
            "es-ES",
            "fi",
            "fr",
            "he",
            "hi",
            "hr",
            "hu",
            "id",
        ),
        *(
            "it",
            "ja",
            "ko",
            "lt",
            "nl",
            "no",
            "pl",
            "pt-BR",
            "ro",
            "ru",
            "sv-SE",
            "th",
            "tr",
            "uk",
            "vi",
            "zh-CN",
            "zh-TW",
        ),
    }
)
# \p{sc=Deva} and \p{sc=Thai} in Discord's rule for names: the blocks of these scripts without what other scripts share.
DEVANAGARI = (*range(0x0900, 0x0951), *range(0x0955, 0x0964), *range(0x0966, 0x0980), *range(0xA8E0, 0xA900))
THAI = (*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E5C))
IN_SCRIPTS = frozenset(map(chr, (*DEVANAGARI, *range(0x11B00, 0x11B0A), *THAI)))

BAD_NAME = ("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
NAME_TWICE = ("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
OPTION_TWICE = ("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique")
REQUIRED_LAST = (
    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    "Required options must be placed before non-required options",
)
MIXED = (
    "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    "Sub-command and sub-command group option types are mutually exclusive to all other types",
)
AUTOCOMPLETE_CHOICES = (
    "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_INVALID",
    "Autocomplete and choices are mutually exclusive",
)
TOO_LARGE = ("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_CHARACTERS})")
NO_DESCRIPTION = ("APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_SET", "Context menu commands cannot have description")
NO_OPTIONS = ("APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_SET", "Context menu commands cannot have options")
GLOBAL_ONLY = ("APPLICATION_COMMAND_GUILD_FIELD_INVALID", "This field is only for global commands")
MIN_OVER_MAX = ("APPLICATION_COMMAND_OPTIONS_MIN_EXCEEDS_MAX", "The minimum must not be larger than the maximum")


def check_commands(body: object, *, guild: bool) -> ApiError | None:
    """Discord's refusal of this whole list of commands, or None. `guild`: they are one guild's, not global."""
    faults = Faults()
    if not is_list(body):
        faults.add((), *NOT_A_LIST)
        return faults.refusal()
    kinds: Counter[int] = Counter()
    seen: set[tuple[int, str]] = set()
    for command in forms_in(body, faults, ()):
        kind = _check_command(command, guild=guild)
        kinds[kind] += 1
        name = (kind, str(command.value.get("name")))
        if name in seen:
            command.fault(NAME_TWICE, "name")
        seen.add(name)
    too_many = any(kinds[kind] > most for kind, most in MOST_OF_KIND.items())
    return faults.refusal() or (TOO_MANY_COMMANDS if too_many else None)


def is_name(name: str) -> bool:
    """Whether a slash command or an option may be called so: letters, digits, `-_'`, lower case; of any length."""
    return name == name.lower() and all(
        letter in "-_'" or unicodedata.category(letter)[0] in "LN" or letter in IN_SCRIPTS for letter in name
    )


def _check_command(command: Form, *, guild: bool) -> int:
    """Check one command; returns its type."""
    kind = command.choice("type", MOST_OF_KIND) or SLASH
    command.snowflake("id")
    for key in ("nsfw", "dm_permission", "default_permission"):
        command.boolean(key)
    _check_permissions(command)
    command.choices("contexts", {0, 1, 2}, least=1)
    command.choices("integration_types", {0, 1}, least=1)
    if guild:
        for key in ("contexts", "integration_types"):
            if command.has(key):
                command.fault(GLOBAL_ONLY, key)
    if kind == SLASH:
        _check_slash(command)
    else:
        _check_menu(command)
    return kind


def _check_permissions(command: Form) -> None:
    """`default_member_permissions`: a bit set, as a string of digits or as a number."""
    value = command.value.get("default_member_permissions")
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return
    command.integer("default_member_permissions", least=0, most=MOST_SNOWFLAKE)


def _check_slash(command: Form) -> None:
    _check_names(command)
    _check_options(command, {SUBCOMMAND, GROUP, *PLAIN})
    if _size(command.value) > MOST_CHARACTERS:
        command.fault(TOO_LARGE)


def _check_menu(command: Form) -> None:
    """A command in the menu of a user or a message: a name as people write it, and nothing else."""
    name = command.text("name", least=1, most=32, required=True)
    if name is not None and not name.strip():
        command.fault(REQUIRED, "name")
    _check_localizations(command, "name", most=32)
    if command.has("description"):
        command.fault(NO_DESCRIPTION, "description")
    if command.has("options"):
        command.fault(NO_OPTIONS, "options")


def _check_names(node: Form) -> None:
    """Name and description of a slash command or an option, with their translations."""
    name = node.text("name", least=1, most=32, required=True)
    if name is not None and not is_name(name):
        node.fault(BAD_NAME, "name")
    for locale, text in _check_localizations(node, "name", most=32):
        if not is_name(text):
            node.fault(BAD_NAME, "name_localizations", locale)
    node.text("description", least=1, most=100, required=True)
    _check_localizations(node, "description", most=100)


def _check_localizations(node: Form, key: str, *, most: int) -> list[tuple[str, str]]:
    """The translations of a name or a description; returns the sound ones."""
    translations = node.child(f"{key}_localizations")
    if translations is None:
        return []
    sound: list[tuple[str, str]] = []
    for locale in translations.value:
        if locale not in LOCALES:
            translations.fault(not_a_choice(LOCALES), locale)
        elif (text := translations.text(locale, least=1, most=most, required=True)) is not None:
            sound.append((locale, text))
    return sound


def _check_options(node: Form, allowed: Collection[int]) -> None:
    options = node.children("options", most=MOST_OPTIONS)
    seen: set[object] = set()
    optional = False
    for option in options:
        _check_option(option, allowed)
        if option.has("required") and optional:
            option.fault(REQUIRED_LAST, "required")
        optional |= not option.has("required")
        name = option.value.get("name")
        if isinstance(name, str):
            if name in seen:
                option.fault(OPTION_TWICE, "name")
            seen.add(name)
    if len({option.value.get("type") in (SUBCOMMAND, GROUP) for option in options}) > 1:
        node.fault(MIXED, "options")


def _check_option(option: Form, allowed: Collection[int]) -> None:
    kind = option.kind(allowed)
    _check_names(option)
    option.boolean("required")
    if kind == GROUP:
        _check_options(option, {SUBCOMMAND})
    elif kind == SUBCOMMAND:
        _check_options(option, PLAIN)
    elif kind == CHANNEL:
        option.choices("channel_types", CHANNEL_TYPES)
    elif kind in CHOICE_VALUES:
        _check_typed(option, kind)


def _check_typed(option: Form, kind: int) -> None:
    """An option for a text or a number: its choices or suggestions, and its range."""
    suggests = option.boolean("autocomplete")
    choices = option.children("choices", most=MOST_CHOICES)
    if suggests and choices:
        option.fault(AUTOCOMPLETE_CHOICES, "choices")
    for choice in choices:
        choice.text("name", least=1, most=100, required=True)
        _check_localizations(choice, "name", most=100)
        check_choice_value(choice, CHOICE_VALUES[kind])
    if kind == STRING:
        least, upper = (
            option.integer("min_length", least=0, most=6000),
            option.integer("max_length", least=1, most=6000),
        )
    else:
        read = option.integer if kind == INTEGER else option.number
        least, upper = (read(key, least=-MOST_INTEGER, most=MOST_INTEGER) for key in ("min_value", "max_value"))
    if least is not None and upper is not None and least > upper:
        option.fault(MIN_OVER_MAX, "min_length" if kind == STRING else "min_value")


def _size(node: dict[str, object]) -> int:
    """What counts to the 8000 characters: names, descriptions and choice values, in the longest translation of each."""
    size = _longest(node, "name") + _longest(node, "description")
    for choice in _objects(node.get("choices")):
        size += _longest(choice, "name") + len(str(choice.get("value")))
    return size + sum(_size(option) for option in _objects(node.get("options")))


def _longest(node: dict[str, object], key: str) -> int:
    translations = node.get(f"{key}_localizations")
    texts = [node.get(key), *(translations.values() if is_object(translations) else ())]
    return max(len(text) if isinstance(text, str) else 0 for text in texts)


def _objects(value: object) -> list[dict[str, object]]:
    return [entry for entry in value if is_object(entry)] if is_list(value) else []
