"""A headless Chromium for the page's tests; without one they are skipped."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, async_playwright, expect

from supportbot.sandbox.server import Sandbox
from tests.browser.discord_side import DiscordSide
from tests.browser.small_bot import SmallBot, running_bot
from tests.support.contract import ContractObserver

MISSING = "Chromium is not installed: apt-get install chromium"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
GENERAL = "Riverside Recovery/general"

expect.set_options(timeout=15_000)  # a loaded machine is slow, not wrong

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP ${event.violatedDirective} forbids ${event.blockedURI}`);
});
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium with an empty profile for all of the tests; each test has a context of its own."""
    if CHROMIUM is None:
        pytest.skip(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(request: pytest.FixtureRequest, contract: ContractObserver) -> AsyncIterator[Sandbox]:
    """A Discord of its own for the test, with the world that it starts with. Its parameter: settings by name."""
    async with Sandbox(port=0, **getattr(request, "param", {})) as sandbox:
        sandbox.observers.append(contract.observe)
        yield sandbox


@dataclass
class Visits:
    """Opens the page, and remembers everything that the browser complained of."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def __call__(
        self, url: str, *, who: str = "sam", where: str = GENERAL, width: int = 1280, scheme: str = "light"
    ) -> Page:
        """The page at `url`, as `who`, in `where` ("dm" or "community/channel"), when it follows the sandbox."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="en-GB",
            timezone_id="Europe/Copenhagen",
        )
        self.contexts.append(context)
        await context.add_init_script(REPORT_VIOLATIONS)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        async with page.expect_response(lambda answer: "/sandbox/api/events" in answer.url):
            await page.goto(f"{url}/#{urlencode({'as': who, 'in': where})}")
        return page

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.complaints.append(str(error))


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visits]:
    """Opens pages; the test fails when one had an error, a warning or a violation of its content security policy."""
    visits = Visits(browser)
    yield visits
    for context in visits.contexts:
        await context.close()
    assert visits.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(sandbox: Sandbox, visit: Callable[[str], Awaitable[Page]]) -> Page:
    """The page as Sam sees #general."""
    return await visit(sandbox.url)


@pytest_asyncio.fixture(loop_scope="session")
async def side(sandbox: Sandbox) -> AsyncIterator[DiscordSide]:
    """The bot, without discord.py."""
    async with aiohttp.ClientSession() as session:
        yield DiscordSide(sandbox, session)


@pytest_asyncio.fixture(loop_scope="session")
async def bot(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmallBot]:
    """A small bot, connected and ready. Ask for it before `page`, so that the page finds its commands."""
    async with running_bot(sandbox, monkeypatch) as bot:
        yield bot
