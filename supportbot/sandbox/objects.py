"""The JSON shapes of people and places, full as documented, checked against Discord's schema in the tests."""

from __future__ import annotations

from supportbot.sandbox.clock import iso
from supportbot.sandbox.model import Channel, Guild, Json, Member, Role, User, World
from supportbot.sandbox.permissions import base_permissions, permissions_in


def user_object(user: User) -> Json:
    """A user as others see it."""
    shape: Json = {
        "id": str(user.id),
        "username": user.username,
        "discriminator": "0000" if user.bot else "0",
        "global_name": user.global_name,
        "avatar": user.avatar,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "collectibles": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
    }
    if user.bot:
        shape["bot"] = True
    return shape


def own_user_object(user: User) -> Json:
    """The bot's user as it sees itself."""
    return {
        **user_object(user),
        "mfa_enabled": True,
        "locale": user.locale,
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def application_object(world: World, name: str) -> Json:
    """The bot's application as its owner sees it; no privileged intent is enabled in `flags`."""
    owner = next((user for user in world.users.values() if not user.bot), world.bot)
    return {
        "id": str(world.bot_id),
        "name": name,
        "icon": None,
        "description": "The bot in the sandbox",
        "type": None,
        "bot": user_object(world.bot),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_object(owner),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
    }


def role_object(role: Role) -> Json:
    """A role of a community."""
    shape: Json = {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed_by is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if role.managed_by is not None:
        shape["tags"] = {"bot_id": str(role.managed_by)}
    return shape


def member_object(member: Member, user: User | None) -> Json:
    """A member; without `user` the partial form that goes with messages and resolved data."""
    shape: Json = {
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "collectibles": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": iso(member.joined_at),
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role) for role in member.roles],
    }
    if user is not None:
        shape |= {"user": user_object(user), "mute": False, "deaf": False}
    return shape


def channel_object(channel: Channel, world: World) -> Json:
    """A channel as the bot gets it from REST."""
    last = None if channel.last_message_id is None else str(channel.last_message_id)
    if channel.recipient is not None:
        recipient = user_object(world.users[channel.recipient])
        return {
            "id": str(channel.id),
            "type": channel.type,
            "flags": 0,
            "last_message_id": last,
            "recipients": [recipient],
        }
    overwrites = [
        {"id": str(row.target), "type": row.kind, "allow": str(row.allow), "deny": str(row.deny)}
        for row in channel.overwrites.values()
    ]
    return {
        "id": str(channel.id),
        "type": channel.type,
        "flags": 0,
        "last_message_id": last,
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "position": channel.position,
        "topic": channel.topic,
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "permission_overwrites": overwrites,
        "last_pin_timestamp": None,
    }


def partial_channel_object(channel: Channel, world: World, user_id: int) -> Json:
    """A channel as it stands in an interaction, with what `user_id` may do there."""
    shape = channel_object(channel, world)
    if channel.guild_id is not None:
        guild = world.guilds[channel.guild_id]
        shape["permissions"] = str(permissions_in(guild, channel, user_id))
        del shape["permission_overwrites"]
    return shape


def guild_object(guild: Guild) -> Json:
    """A community as REST gives it, without the parts that only the gateway sends."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": ["COMMUNITY"],
        "banner": None,
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "us-central",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 1,
        "roles": [role_object(role) for role in guild.roles.values()],
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 2,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.preferred_locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create(guild: Guild, world: World) -> Json:
    """The GUILD_CREATE payload: without the members intent it carries the bot's own member only."""
    own = guild.members[world.bot_id]
    return {
        **guild_object(guild),
        "joined_at": iso(own.joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_object(own, world.bot)],
        "channels": [channel_object(channel, world) for channel in guild.channels.values()],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def my_guild_object(guild: Guild, world: World) -> Json:
    """A community in the bot's own list."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": guild.owner_id == world.bot_id,
        "permissions": str(base_permissions(guild, world.bot_id)),
        "features": ["COMMUNITY"],
    }
