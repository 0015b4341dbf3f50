"""Files that the bot sends: what becomes of them, who gets them, how many and how large they may be."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from supportbot.sandbox.pictures import Picture, picture_in
from supportbot.sandbox.ratelimits import UNLIMITED
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.state import Options
from tests.sandbox.conftest import AUTHORIZED, Factory, Listener, Rest
from tests.sandbox.small_bot import RunningBot
from tests.support.contract import Contract
from tests.support.pictures import png

GENERAL = "riverside-recovery/general"
NOT_FOUND = {"_errors": [{"code": "ATTACHMENT_NOT_FOUND", "message": "Attachment data not found"}]}


@pytest.fixture
async def sandbox(make_sandbox: Factory) -> Sandbox:
    return await make_sandbox(answer_within=5.0, limits=UNLIMITED)


def form(body: Any, *files: bytes, name: str = "table.png", kind: str = "application/octet-stream") -> aiohttp.FormData:
    """A request with files, as libraries send it: every file is an octet stream to them."""
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("payload_json", json.dumps(body), content_type="application/json")
    for index, file in enumerate(files):
        data.add_field(f"files[{index}]", file, filename=name, content_type=kind)
    return data


def placeholders(*descriptions: str) -> list[dict[str, Any]]:
    return [{"id": at, "filename": "table.png", "description": text} for at, text in enumerate(descriptions)]


async def got(session: aiohttp.ClientSession, url: str) -> int:
    async with session.get(url) as response:
        await response.read()
        return response.status


# --- what a file is


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (png(64, 40), Picture("image/png", 64, 40)),
        (b"GIF89a\x40\x01\xf0\x00\x00\x00\x00", Picture("image/gif", 320, 240)),
        (
            b"\xff\xd8\xff\xe0\x00\x04JF\xff\xff\xc4\x00\x08tables\xff\xc2\x00\x0b\x08\x00\xf0\x01\x40\x01\x01\x11\x00",
            Picture("image/jpeg", 320, 240),
        ),
        (b"RIFF....WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0", Picture("image/webp", 320, 240)),
        (b"RIFF....WEBPVP8L\x08\0\0\0\x2f\x3f\xc1\x3b\0\0\0\0\0\0", Picture("image/webp", 320, 240)),
        (b"RIFF....WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\x00", Picture("image/webp", 320, 240)),
        (png(64, 40)[:23], None),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, None),
        (png(0, 40), None),
        (b"GIF89a", None),
        (b"\xff\xd8\xff", None),
        (b"\xff\xd8\xff\xc0\x00\x00\x00\x00", None),
        (b"RIFF....WEBPVP8?" + b"\1" * 20, None),
        (b"<svg width='1' height='1'/>", None),
        (b"", None),
    ],
)
def test_pictures_are_known_by_their_first_bytes(data: bytes, wanted: Picture | None) -> None:
    assert picture_in(data) == wanted


async def test_a_picture_of_a_library_is_a_picture(
    sandbox: Sandbox, bot: RunningBot, session: aiohttp.ClientSession, discord_contract: Contract
) -> None:
    shown = (await sandbox.actor.invoke(user="sam", channel=GENERAL, command="picture"))["message"]
    (attachment,) = shown["attachments"]
    assert (attachment["filename"], attachment["content_type"]) == ("table.png", "image/png")
    assert (attachment["width"], attachment["height"], attachment["description"]) == (64, 40, "Two columns")
    assert attachment["ephemeral"] is True
    assert discord_contract.schema("MessageAttachmentResponse", attachment) == []
    async with session.get(attachment["url"]) as response:
        assert await response.read() == png(64, 40)
        assert response.content_type == "image/png"
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "Content-Disposition" not in response.headers


async def test_a_deferred_answer_becomes_a_picture(sandbox: Sandbox, bot: RunningBot) -> None:
    result = await sandbox.actor.invoke(
        user="sam", channel=GENERAL, command="picture", options={"late": True}, wait="final"
    )
    (attachment,) = result["message"]["attachments"]
    assert (attachment["width"], attachment["description"], attachment["ephemeral"]) == (64, "Two columns", True)


@pytest.mark.parametrize(
    ("name", "data", "declared", "known", "served"),
    [
        ("../a b.txt", b"xxx", "text/html", "text/plain; charset=utf-8", "text/plain"),
        ("a.html", b"<b>", "text/html", "text/html", "application/octet-stream"),
        ("a.svg", b"<svg/>", "image/svg+xml", "image/svg+xml", "application/octet-stream"),
        ("a.json", b"{}", "application/octet-stream", "application/json; charset=utf-8", "application/json"),
        ("table.PNG", b"no picture", "application/octet-stream", "image/png", "image/png"),
        ("table.png", b"no picture", "text/html", "image/png", "image/png"),
        ("a.html", b"<b>", "application/octet-stream", "application/octet-stream", "application/octet-stream"),
        ("a", b"xxx", "application/octet-stream", "application/octet-stream", "application/octet-stream"),
        ("note.txt", png(2, 2), "text/plain", "image/png", "image/png"),
    ],
)
async def test_what_a_file_is_served_as(
    rest: Rest, session: aiohttp.ClientSession, dm: str, name: str, data: bytes, declared: str, known: str, served: str
) -> None:
    sent = await rest("POST", f"/channels/{dm}/messages", data=form({}, data, name=name, kind=declared))
    assert sent[0] == 200
    (attachment,) = sent[1]["attachments"]
    assert (attachment["content_type"], "/" in attachment["filename"]) == (known, False)
    assert ("width" in attachment) == (data == png(2, 2))
    async with session.get(attachment["url"]) as response:
        assert await response.read() == data
        assert response.content_type == served
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert ("Content-Disposition" in response.headers) == (not served.startswith("image/"))


async def test_an_embed_and_a_gallery_know_the_size_of_an_upload(
    rest: Rest, dm: str, discord_contract: Contract
) -> None:
    source = {"url": "attachment://table.png"}
    body = {"embeds": [{"image": source}], "attachments": placeholders("Two columns")}
    sent = (await rest("POST", f"/channels/{dm}/messages", data=form(body, png(64, 40))))[1]
    image = sent["embeds"][0]["image"]
    assert (image["width"], image["height"], image["description"]) == (64, 40, "Two columns")
    assert image["url"] == sent["attachments"][0]["url"]
    gallery = {"flags": 1 << 15, "components": [{"type": 12, "items": [{"media": source, "description": "Own words"}]}]}
    sent = (await rest("POST", f"/channels/{dm}/messages", data=form(gallery, png(64, 40))))[1]
    (item,) = sent["components"][0]["items"]
    assert (item["media"]["width"], item["media"]["height"], item["description"]) == (64, 40, "Own words")
    assert discord_contract.schema("UnfurledMediaResponse", item["media"]) == []


# --- who gets it


async def test_only_who_sees_the_message_has_the_link(
    sandbox: Sandbox, bot: RunningBot, session: aiohttp.ClientSession
) -> None:
    async with sandbox.actor.subscribe("alex") as alex:
        shown = (await sandbox.actor.invoke(user="sam", channel=GENERAL, command="picture"))["message"]
        await sandbox.actor.send_message(user="alex", channel=GENERAL, content="end")
        heard = [await anext(alex)]
        while heard[-1].data.get("content") != "end":
            heard.append(await anext(alex))
    url = shown["attachments"][0]["url"]
    key = url.partition("?hm=")[2]
    assert len(key) == 64
    assert not [event for event in heard if key in json.dumps(event.data)]
    assert key not in json.dumps(await sandbox.actor.messages(user="alex", channel=GENERAL))
    assert key in json.dumps(await sandbox.actor.messages(user="sam", channel=GENERAL))
    plain = url.partition("?")[0]
    other = (await sandbox.actor.invoke(user="alex", channel=GENERAL, command="picture"))["message"]["attachments"][0]
    guesses = [
        plain,
        f"{plain}?hm=",
        f"{plain}?hm={'0' * 64}",
        f"{plain}?hm=é",
        plain + "?" + other["url"].split("?")[1],
    ]
    assert [await got(session, guess) for guess in guesses] == [404] * len(guesses)
    assert await got(session, url) == 200


async def test_a_file_goes_with_its_message(
    rest: Rest, session: aiohttp.ClientSession, sandbox: Sandbox, dm: str, ids: dict[str, int]
) -> None:
    async def post(channel: object) -> tuple[str, str]:
        sent = (await rest("POST", f"/channels/{channel}/messages", data=form({"content": "c"}, png())))[1]
        return f"/channels/{channel}/messages/{sent['id']}", sent["attachments"][0]["url"]

    path, url = await post(dm)
    assert (await rest("DELETE", path))[0] == 204
    assert await got(session, url) == 404
    path, url = await post(dm)
    assert (await rest("PATCH", path, {"content": "changed"}))[1]["attachments"][0]["url"] == url
    assert await got(session, url) == 200, "an edit that does not speak of files leaves them"
    shown = {"attachments": [], "embeds": [{"image": {"url": url}}]}
    assert (await rest("PATCH", path, shown))[1]["attachments"] == []
    assert await got(session, url) == 200, "the embed shows it still"
    await rest("PATCH", path, {"embeds": []})
    assert await got(session, url) == 404
    _, url = await post(ids["support"])
    await sandbox.actor.delete_channel(channel="riverside-recovery/support")
    assert await got(session, url) == 404
    assert sandbox._state.uploads._files == {}


async def test_a_refused_edit_leaves_the_files_as_they_were(
    rest: Rest, session: aiohttp.ClientSession, sandbox: Sandbox, dm: str
) -> None:
    sent = (await rest("POST", f"/channels/{dm}/messages", data=form({}, png())))[1]
    path = f"/channels/{dm}/messages/{sent['id']}"
    assert (await rest("PATCH", path, {"attachments": []}))[1]["code"] == 50006
    assert (await rest("GET", path))[1] == sent
    assert await got(session, sent["attachments"][0]["url"]) == 200
    spoiled = {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}]}
    said = (await rest("POST", f"/channels/{dm}/messages", {"content": "x"}))[1]["id"]
    refused = await rest("PATCH", f"/channels/{dm}/messages/{said}", data=form(spoiled, png()))
    assert refused[1]["code"] == 50035
    assert len(sandbox._state.uploads._files) == 1, "what came with the refused edit is not kept"


# --- in each answer, and how much


async def test_callback_follow_up_and_edit_take_files(listener: Listener, rest: Rest) -> None:
    task, seen = await listener.run()
    answer = f"/interactions/{seen['id']}/{seen['token']}/callback?with_response=1"
    body = {"type": 4, "data": {"attachments": placeholders("first"), "flags": 64}}
    first = await rest("POST", answer, data=form(body, png(8, 6)), headers={})
    assert first[0] == 200
    (one,) = first[1]["resource"]["message"]["attachments"]
    assert (one["width"], one["height"], one["description"], one["ephemeral"]) == (8, 6, "first", True)
    await task
    original = listener.hook(seen, "/messages/@original")
    body = {"attachments": [{"id": one["id"]}, {"id": 0, "description": "second"}]}
    both = (await rest("PATCH", original, data=form(body, png(9, 7)), headers={}))[1]["attachments"]
    assert [row["description"] for row in both] == ["first", "second"]
    assert both[0] == one
    replaced = (await rest("PATCH", original, {"attachments": [{"id": both[1]["id"]}]}, headers={}))[1]["attachments"]
    assert replaced == both[1:]
    hook = listener.hook(seen, "?wait=1")
    follow = {"attachments": placeholders("third"), "flags": 64}
    more = (await rest("POST", hook, data=form(follow, png(5, 5)), headers={}))[1]["attachments"]
    assert [(row["width"], row["description"]) for row in more] == [(5, "third")]


async def test_a_press_can_change_the_picture_of_its_message(listener: Listener, rest: Rest, dm: str) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
    sent = (await rest("POST", f"/channels/{dm}/messages", data=form({"components": [row]}, png(8, 6))))[1]
    task, seen = await listener.press(sent["id"], "go")
    answer = f"/interactions/{seen['id']}/{seen['token']}/callback"
    unknown = {"type": 7, "data": {"attachments": [{"id": "5"}]}}
    refused = await rest("POST", answer, unknown, headers={})
    assert refused[1]["errors"] == {"data": {"attachments": {"0": NOT_FOUND}}}
    anew = {"type": 4, "data": {"content": "x", "attachments": [{"id": sent["attachments"][0]["id"]}]}}
    assert (await rest("POST", answer, anew, headers={}))[1]["errors"] == refused[1]["errors"], "that one is not ours"
    change = {"type": 7, "data": {"attachments": [{"id": 0}, {"id": sent["attachments"][0]["id"]}]}}
    assert (await rest("POST", answer, data=form(change, png(9, 7)), headers={}))[0] == 204
    assert [row["width"] for row in (await task)["message"]["attachments"]] == [8, 9]


async def test_how_many_and_how_well_described(rest: Rest, dm: str) -> None:
    path = f"/channels/{dm}/messages"
    ten = await rest("POST", path, data=form({}, *[b"x"] * 10, name="a.txt"))
    assert (ten[0], len(ten[1]["attachments"])) == (200, 10)
    eleven = await rest("POST", path, data=form({}, *[b"x"] * 11, name="a.txt"))
    assert (eleven[0], eleven[1]["code"]) == (400, 50035)
    more = await rest("PATCH", f"{path}/{ten[1]['id']}", data=form({}, b"x", name="a.txt"))
    assert (more[0], more[1]["code"]) == (400, 30015)
    instead = {"attachments": [{"id": row["id"]} for row in ten[1]["attachments"][1:]] + [{"id": 0}]}
    swapped = await rest("PATCH", f"{path}/{ten[1]['id']}", data=form(instead, b"new", name="b.txt"))
    assert [row["filename"] for row in swapped[1]["attachments"]] == ["a.txt"] * 9 + ["b.txt"]
    assert (await rest("POST", path, data=form({"attachments": placeholders("d" * 1024)}, png())))[0] == 200
    long = await rest("POST", path, data=form({"attachments": placeholders("d" * 1025)}, png()))
    assert list(long[1]["errors"]["attachments"]["0"]) == ["description"]


async def test_what_is_described_must_be_there(rest: Rest, dm: str) -> None:
    path = f"/channels/{dm}/messages"
    told = await rest("POST", path, {"content": "x", "attachments": placeholders("no file")})
    assert (told[0], told[1]["code"], told[1]["errors"]) == (400, 50035, {"attachments": {"0": NOT_FOUND}})
    two = await rest("POST", path, data=form({"attachments": placeholders("this", "and no second")}, png()))
    assert two[1]["errors"] == {"attachments": {"1": NOT_FOUND}}
    mine = (await rest("POST", path, data=form({}, png())))[1]
    other = (await rest("POST", path, data=form({}, png())))[1]["attachments"][0]["id"]
    borrowed = await rest("PATCH", f"{path}/{mine['id']}", {"attachments": [{"id": other}]})
    assert borrowed[1]["errors"] == {"attachments": {"0": NOT_FOUND}}
    assert (await rest("GET", f"{path}/{mine['id']}"))[1] == mine


async def test_a_file_and_a_request_have_a_size(
    make_sandbox: Factory, session: aiohttp.ClientSession, discord_contract: Contract
) -> None:
    small = await make_sandbox(limits=UNLIMITED, options=Options(file_size=1000, request_size=2500))
    rest = Rest(small, session)
    sam = next(user.id for user in small.world.users.values() if user.username == "sam")
    path = f"/channels/{(await rest('POST', '/users/@me/channels', {'recipient_id': sam}))[1]['id']}/messages"
    assert (await rest("POST", path, data=form({}, b"x" * 1000)))[0] == 200
    large = await rest("POST", path, data=form({}, b"x" * 1001))
    assert (large[0], large[1]["code"]) == (413, 40005)
    together = form({}, *[b"x" * 900] * 3)
    assert (await rest("POST", path, data=together))[1]["code"] == 40005

    async def unannounced() -> AsyncIterator[bytes]:
        """The same without Content-Length, so that only counting helps."""
        for at in range(3):
            yield f'--b\r\nContent-Disposition: form-data; name="files[{at}]"; filename="a"\r\n\r\n'.encode()
            yield b"x" * 900 + b"\r\n"
        yield b"--b--\r\n"

    headers = {**AUTHORIZED, "Content-Type": "multipart/form-data; boundary=b"}
    assert (await rest("POST", path, data=unannounced(), headers=headers))[1]["code"] == 40005
