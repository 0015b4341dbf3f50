"""Reads a request's body: JSON, or multipart with `payload_json` and `files[n]`."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from supportbot.sandbox.posting import Refused
from supportbot.sandbox.refusals import INVALID_JSON, PAYLOAD_TOO_LARGE, invalid_form
from supportbot.sandbox.state import Options
from supportbot.sandbox.uploads import Upload

_FILE = re.compile(r"files\[([0-9]+)\]\Z")
_NOT_JSON = {
    "code": "CONTENT_TYPE_INVALID",
    "message": "Expected \"Content-Type\" header to be one of {'application/json'}.",
}


async def read_body(request: web.Request, options: Options) -> tuple[Any, tuple[Upload, ...]]:
    """The JSON (None when there is no body) and the files. Raises Refused: 50109, or 40005 when too large."""
    if (request.content_length or 0) > options.request_size:
        raise Refused(PAYLOAD_TOO_LARGE)
    if request.content_type.startswith("multipart/"):
        return await _multipart(request, options)
    data = await request.content.read(options.request_size + 1)
    while chunk := await request.content.read(options.request_size + 1 - len(data)):
        data += chunk
        if len(data) > options.request_size:
            raise Refused(PAYLOAD_TOO_LARGE)
    if data and request.content_type != "application/json":
        raise Refused(invalid_form({"_errors": [_NOT_JSON]}))
    return (_parse(data) if data else None), ()


async def _multipart(request: web.Request, options: Options) -> tuple[Any, tuple[Upload, ...]]:
    body: Any = None
    files: list[Upload] = []
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Refused(INVALID_JSON)
        data = bytes(await part.read())
        size += len(data)
        if size > options.request_size:
            raise Refused(PAYLOAD_TOO_LARGE)
        if found := _FILE.match(part.name or ""):
            if len(data) > options.file_size:
                raise Refused(PAYLOAD_TOO_LARGE)
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files.append(Upload(found[1], part.filename or "file", kind, data))
        elif part.name == "payload_json":
            body = _parse(data)
    return body if body is not None else {}, tuple(files)


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        raise Refused(INVALID_JSON) from None
