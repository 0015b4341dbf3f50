"""Files that were sent with messages: kept in memory, served by the sandbox, gone when it stops."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from supportbot.sandbox.compose import as_list, as_object
from supportbot.sandbox.model import Json

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
KINDS = {
    "application/json",
    "application/pdf",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/plain",
}
"""What is served back as what it says it is; anything else is a plain download."""

UNSAID = "application/octet-stream"
BY_NAME = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain",
    ".webp": "image/webp",
}
"""discord.py says of no file what it is; Discord goes by its name then."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One part `files[index]` of a multipart request."""

    index: str
    filename: str
    content_type: str
    data: bytes


class Uploads:
    """The stored files by attachment id."""

    def __init__(self) -> None:
        self.base_url = ""
        self._files: dict[int, Upload] = {}

    def store(self, attachment_id: int, channel_id: int, upload: Upload, described: Json, *, ephemeral: bool) -> Json:
        """Keep a file; returns its attachment object."""
        name = _UNSAFE.sub("_", described.get("filename") or upload.filename) or "file"
        if upload.content_type == UNSAID:
            upload = replace(upload, content_type=BY_NAME.get(PurePosixPath(name).suffix.lower(), UNSAID))
        self._files[attachment_id] = upload
        url = f"{self.base_url}/attachments/{channel_id}/{attachment_id}/{name}"
        shape: Json = {
            "id": str(attachment_id),
            "filename": name,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": upload.content_type,
        }
        if described.get("description"):
            shape["description"] = described["description"]
        if ephemeral:
            shape["ephemeral"] = True
        return shape

    def get(self, attachment_id: int) -> Upload | None:
        """The file with this id."""
        return self._files.get(attachment_id)


def descriptions(body: Json) -> dict[str, Json]:
    """The request's `attachments` by id; a placeholder's id is its file's index."""
    rows: list[Any] = as_list(body.get("attachments"))
    return {str(as_object(row).get("id")): as_object(row) for row in rows}
