"""A Discord bot for peer-support and recovery communities."""
