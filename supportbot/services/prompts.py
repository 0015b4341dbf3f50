"""Questions as a community words them: its moderators add and remove them, and each is looked over first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from supportbot.domain.audit import Act, Change
from supportbot.domain.checkins import Asks, CommunityPrompt
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.prompt_review import KINDS, MOST_PROMPTS, Objection, objections
from supportbot.domain.wording import Wording
from supportbot.errors import UserError
from supportbot.services.ports import Clock, NewId, Store

CRISIS = "crisis"
"""The rule against words that bring crisis help when a member types them."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A wording that was taken, or what stands against it."""

    prompt: CommunityPrompt | None
    objections: tuple[Objection, ...] = ()


class CommunityPrompts:
    """The moderators' side. Whether somebody is one is for the caller to know; each change goes into the audit."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        wordings: Mapping[str, Wording],
        *,
        means_crisis: Callable[[str], bool],
        new_id: NewId,
    ) -> None:
        self._store = store
        self._clock = clock
        self._wordings = wordings
        self._means_crisis = means_crisis
        self._new_id = new_id

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which a wording can be looked over."""
        return tuple(self._wordings)

    async def of(self, community: CommunityId) -> list[CommunityPrompt]:
        """The community's, the oldest first."""
        async with self._store.read() as tx:
            return await tx.community_prompts.of(community)

    async def add(self, community: CommunityId, by: PersonId, asks: Asks, language: str, words: str) -> Reviewed:
        """Look it over, and keep it if nothing stands against it.

        Raises UserError for a kind or a language that is none, for one too many, and for one that is there.
        """
        words = " ".join(words.split())
        if asks not in KINDS:
            raise UserError("prompts.kind")
        if language not in self._wordings:
            raise UserError("prompts.language")
        against = list(objections(words, self._wordings[language]))
        if self._means_crisis(words):
            against.append(Objection(CRISIS))
        if against:
            return Reviewed(None, tuple(against))
        prompt = CommunityPrompt(self._new_id(), community, asks, language, words, self._clock.now())
        async with self._store.write() as tx:
            same = [each for each in await tx.community_prompts.of(community) if each.asks is asks]
            if len(same) >= MOST_PROMPTS:
                raise UserError("prompts.too_many", limit=MOST_PROMPTS)
            if any(each.words == words and each.language == language for each in same):
                raise UserError("prompts.there")
            await tx.community_prompts.add(prompt)
            await tx.audit.add(community, by, Change.of_prompt(Act.PROMPT_ADDED, prompt), at=self._clock.now())
        return Reviewed(prompt)

    async def remove(self, community: CommunityId, prompt_id: str, by: PersonId) -> CommunityPrompt:
        """Forget one of the community's. Raises UserError when it has none such."""
        async with self._store.write() as tx:
            found = {each.id: each for each in await tx.community_prompts.of(community)}
            prompt = found.get(prompt_id)
            if prompt is None or not await tx.community_prompts.remove(community, prompt_id):
                raise UserError("prompts.gone")
            await tx.audit.add(community, by, Change.of_prompt(Act.PROMPT_REMOVED, prompt), at=self._clock.now())
        return prompt
