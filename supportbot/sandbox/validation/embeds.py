"""What Discord refuses in a message's embeds."""

from supportbot.sandbox.validation.forms import MEDIA, REQUIRED, WEB, Form

MOST_EMBEDS = 10
MOST_TEXT = 6000  # over all embeds of a message
TOO_LARGE = ("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MOST_TEXT}")
PARTS = ("title", "description", "fields", "image", "thumbnail", "author", "footer", "video", "provider", "url")


def check_embeds(message: Form) -> None:
    """The message's `embeds`: each part, and the text of all together."""
    embeds = message.children("embeds", most=MOST_EMBEDS)
    if sum(_check_embed(embed) for embed in embeds) > MOST_TEXT:
        message.fault(TOO_LARGE, "embeds")


def _check_embed(embed: Form) -> int:
    """Check one embed; returns how much text it holds. Discord trims each text before it counts."""
    texts = [embed.text("title", most=256), embed.text("description", most=4096)]
    embed.url("url", schemes=WEB)
    embed.integer("color", least=0, most=0xFFFFFF)
    embed.moment("timestamp")
    for key in ("image", "thumbnail", "video"):
        if picture := embed.child(key):
            picture.url("url", schemes=MEDIA)
    if footer := embed.child("footer"):
        texts.append(footer.text("text", most=2048))
        footer.url("icon_url", schemes=MEDIA)
    if author := embed.child("author"):
        texts.append(author.text("name", most=256))
        author.url("url", schemes=WEB)
        author.url("icon_url", schemes=MEDIA)
    for entry in embed.children("fields", most=25):
        texts += [_filled(entry, "name", 256), _filled(entry, "value", 1024)]
        entry.boolean("inline")
    if not any(embed.has(part) for part in PARTS):
        embed.fault(REQUIRED, "description")
    return sum(len(text.strip()) for text in texts if text)


def _filled(entry: Form, key: str, most: int) -> str | None:
    """A field's name or value, which Discord does not take blank."""
    text = entry.text(key, most=most, required=True)
    if text is not None and not text.strip():
        entry.fault(REQUIRED, key)
    return text
