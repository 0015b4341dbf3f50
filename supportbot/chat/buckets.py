"""discord.py remembers each channel that was written to for minutes, and looks through all of them at each new one.

At 15,000 channels that is milliseconds a message. Its tables have no public name: they are touched here alone.
"""

from __future__ import annotations

from typing import Any

from discord.http import HTTPClient, Route

from supportbot.domain.people import ChannelId


def forget_sends(http: HTTPClient, channel: ChannelId) -> None:
    """Forget the rate limit of sending to a channel, if it is not used up: the next message learns it again."""
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
    buckets: dict[str, Any] = getattr(http, "_buckets", {})
    hashes: dict[str, str] = getattr(http, "_bucket_hashes", {})
    # Before it knows Discord's name for a bucket it goes by its own.
    for name in (route.key, hashes.get(route.key, route.key)):
        key = f"{name}:{route.major_parameters}"
        bucket = buckets.get(key)
        if bucket is not None and bucket.remaining > 0:
            del buckets[key]
