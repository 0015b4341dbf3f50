"""Messages that use every feature of Discord that the page draws, as bodies for "create message"."""

from typing import Any

Json = dict[str, Any]

COMPONENTS_V2 = 1 << 15

MARKDOWN = r"""# Big heading
## Middle heading
### Small heading
-# small print
**bold** *italic* _also italic_ __underlined__ ~~struck~~ ***both*** `code *stays*`
> quoted line
> second quoted line
- first
- second **strong**
  - nested
3. three
4. four
```py
print("a *block*")
```
[masked](https://example.org/a_(b)) https://example.org/bare. <https://example.org/quiet>
\*not italic\* snake_case_word 2 * 3 * 4
||hidden words|| <t:1767225600:D> @everyone"""

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>window.owned = 1</script>",
    "[click](javascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "<a href='javascript:alert(1)'>x</a>",
    "`<b>code</b>`",
    "```\n</pre><script>window.owned = 1</script>\n```",
    '[x](https://example.org/" onmouseover="window.owned=1)',
]


def embed_message() -> Json:
    """An embed with every part."""
    return {
        "content": "",
        "embeds": [
            {
                "title": "Who can **help**",
                "url": "https://example.org/help",
                "description": "An *interventionist* plans the first talk.",
                "color": 0x2F5D62,
                "author": {"name": "Care team", "url": "https://example.org/team"},
                "fields": [
                    {"name": "Interventionist", "value": "Before treatment", "inline": True},
                    {"name": "Therapist", "value": "During and after", "inline": True},
                    {"name": "Good to know", "value": "Both keep what you say **private**.", "inline": False},
                ],
                "footer": {"text": "Checked in March"},
                "timestamp": "2026-01-01T12:00:00+00:00",
            }
        ],
    }


def controls_message() -> Json:
    """Buttons of each style, and each kind of select."""
    return {
        "content": "Controls",
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 1, "label": "Primary", "custom_id": "primary"},
                    {"type": 2, "style": 2, "label": "Secondary", "custom_id": "secondary", "emoji": {"name": "☂"}},
                    {"type": 2, "style": 3, "label": "Success", "custom_id": "success"},
                    {"type": 2, "style": 4, "label": "Danger", "custom_id": "danger", "disabled": True},
                    {"type": 2, "style": 5, "label": "Website", "url": "https://example.org/site"},
                ],
            },
            {
                "type": 1,
                "components": [
                    {
                        "type": 3,
                        "custom_id": "one",
                        "placeholder": "Choose a role",
                        "options": [
                            {"label": "Interventionist", "value": "i", "description": "Plans the first talk"},
                            {"label": "Therapist", "value": "t"},
                        ],
                    }
                ],
            },
            {
                "type": 1,
                "components": [
                    {
                        "type": 3,
                        "custom_id": "many",
                        "placeholder": "Choose days",
                        "min_values": 1,
                        "max_values": 2,
                        "options": [{"label": day, "value": day.lower()} for day in ("Monday", "Tuesday", "Friday")],
                    }
                ],
            },
            {"type": 1, "components": [{"type": 5, "custom_id": "who", "placeholder": "Choose somebody"}]},
            {"type": 1, "components": [{"type": 8, "custom_id": "where", "placeholder": "Choose a place"}]},
        ],
    }


def role_select_message() -> Json:
    """The two selects that do not fit into the five rows of `controls_message`."""
    return {
        "content": "More controls",
        "components": [
            {"type": 1, "components": [{"type": 6, "custom_id": "role", "placeholder": "Choose a rank"}]},
            {"type": 1, "components": [{"type": 7, "custom_id": "any", "placeholder": "Choose anybody"}]},
        ],
    }


def layout_message(file_name: str = "picture.png") -> Json:
    """Components V2: container, section, text, thumbnail, gallery, separator and file, over one uploaded file."""
    source = {"url": f"attachment://{file_name}"}
    return {
        "flags": COMPONENTS_V2,
        "components": [
            {
                "type": 17,
                "accent_color": 0x1D6B3A,
                "components": [
                    {"type": 10, "content": "## Your plan\nOne *calm* day."},
                    {"type": 14, "divider": True, "spacing": 2},
                    {
                        "type": 9,
                        "components": [{"type": 10, "content": "Section text"}],
                        "accessory": {"type": 11, "media": source, "description": "A thumbnail"},
                    },
                    {
                        "type": 9,
                        "components": [{"type": 10, "content": "Section with a button"}],
                        "accessory": {"type": 2, "style": 2, "label": "Open", "custom_id": "open"},
                    },
                    {"type": 12, "items": [{"media": source, "description": "A gallery picture"}]},
                    {"type": 13, "file": source},
                    {"type": 1, "components": [{"type": 2, "style": 1, "label": "In a row", "custom_id": "row"}]},
                ],
            }
        ],
    }
