"""What people meet when they use the bot: the real cogs over real services, on SimCord."""
