"""The Discord-facing code that cogs share."""
