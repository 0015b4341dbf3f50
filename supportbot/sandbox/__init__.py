"""A loopback Discord: REST, gateway and a page, so that the bot can be tried and tested without a token."""

TOKEN = "sandbox.token.not-a-secret"  # noqa: S105 - the only token that the sandbox takes; it opens nothing
