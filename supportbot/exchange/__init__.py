"""Files that leave or enter the bot: the only place that knows file formats."""
