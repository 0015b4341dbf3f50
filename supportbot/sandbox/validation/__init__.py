"""Refuses what Discord refuses, with the same status, code and `errors` tree. Pure functions over parsed JSON.

Sizes are from Discord's documentation; where its OpenAPI schema is laxer, the documentation holds. Unknown fields are
ignored, as Discord ignores them, and so are the fields that libraries send although they do nothing.
"""

from supportbot.sandbox.validation.callbacks import check_callback, check_dm
from supportbot.sandbox.validation.commands import check_commands
from supportbot.sandbox.validation.messages import MessageKind, check_message

__all__ = ["MessageKind", "check_callback", "check_commands", "check_dm", "check_message"]
