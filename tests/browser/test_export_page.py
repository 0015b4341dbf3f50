"""The page of `/mydata export` in a browser without a network: readable on a phone and a screen, in light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from supportbot.exchange.mydata_page import page_of
from tests.browser.audits import BROKEN_REFERENCES, FAINT_TEXT, UNNAMED_CONTROLS
from tests.browser.conftest import REPORT_VIOLATIONS
from tests.exchange.test_mydata import held, voice

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_is_readable_and_asks_for_nothing(
    browser: Browser, tmp_path: Path, language: str, width: int, scheme: str
) -> None:
    file = tmp_path / "export.html"
    file.write_text(page_of(held(), voice(language)), encoding="utf-8")
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        offline=True,
    )
    await context.add_init_script(REPORT_VIOLATIONS)
    page = await context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(file.as_uri())
    for audit in (UNNAMED_CONTROLS, BROKEN_REFERENCES, FAINT_TEXT):
        assert await page.evaluate(audit) == []
    assert await page.evaluate(WIDE) == 0
    assert await page.get_by_role("table").count() == await page.get_by_role("heading", level=2).count() - 2
    row = page.get_by_role("table").first.get_by_role("row").last
    assert await row.get_by_role("cell").count() == 3, "a card on a phone is a row still"
    assert (complaints, asked) == ([], [file.as_uri()])
    await context.close()
