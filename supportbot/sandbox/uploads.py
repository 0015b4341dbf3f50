"""Files that were sent with messages: in memory, as long as their message shows them, for those who have the link."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from supportbot.sandbox.compose import as_list, as_object
from supportbot.sandbox.model import Json
from supportbot.sandbox.pictures import Picture, picture_in

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_KINDS_BY_NAME = {
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
}
KINDS = frozenset(kind.split(";")[0] for kind in _KINDS_BY_NAME.values())
"""What is served back as what it is; anything else is a plain download."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One part `files[index]` of a multipart request."""

    index: str
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a file is: in a message of a channel."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept file. `key` is the part of its address that cannot be guessed; Discord signs its addresses likewise."""

    content_type: str
    data: bytes
    shelf: Shelf
    key: str


class Uploads:
    """The stored files by attachment id."""

    def __init__(self) -> None:
        self.base_url = ""
        self._files: dict[int, StoredFile] = {}

    def store(self, attachment_id: int, shelf: Shelf, upload: Upload, described: Json, *, ephemeral: bool) -> Json:
        """Keep a file; returns its attachment object."""
        name = _UNSAFE.sub("_", described.get("filename") or upload.filename) or "file"
        picture = picture_in(upload.data)
        stored = StoredFile(_kind(name, picture, upload), upload.data, shelf, secrets.token_hex(32))
        self._files[attachment_id] = stored
        url = f"{self.base_url}/attachments/{shelf.channel_id}/{attachment_id}/{name}?hm={stored.key}"
        shape: Json = {
            "id": str(attachment_id),
            "filename": name,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": stored.content_type,
        }
        if picture is not None:
            shape |= {"width": picture.width, "height": picture.height}
        if described.get("description"):
            shape["description"] = described["description"]
        if ephemeral:
            shape["ephemeral"] = True
        return shape

    def get(self, attachment_id: int, key: str) -> StoredFile | None:
        """The file with this id, for who has its key."""
        stored = self._files.get(attachment_id)
        fits = stored is not None and secrets.compare_digest(stored.key.encode(), key.encode())
        return stored if fits else None

    def keep_only(self, message_id: int, shown: list[Any]) -> None:
        """Forget the files of a message whose address stands nowhere in these parts of it."""
        here = {one: stored.key for one, stored in self._files.items() if stored.shelf.message_id == message_id}
        text = json.dumps(shown) if here else ""
        for one, key in here.items():
            if key not in text:
                del self._files[one]

    def drop_channel(self, channel_id: int) -> None:
        """Forget a channel's files."""
        self._files = {one: stored for one, stored in self._files.items() if stored.shelf.channel_id != channel_id}


def descriptions(body: Json) -> dict[str, Json]:
    """The request's `attachments` by id; a placeholder's id is its file's index."""
    rows: list[Any] = as_list(body.get("attachments"))
    return {str(as_object(row).get("id")): as_object(row) for row in rows}


def _kind(name: str, picture: Picture | None, upload: Upload) -> str:
    """What a file is: libraries send every file as `application/octet-stream`, so what they say is asked last."""
    if picture is not None:
        return picture.content_type
    return _KINDS_BY_NAME.get(PurePosixPath(name).suffix.lower(), upload.content_type)
