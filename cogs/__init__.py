"""Doors to Discord, named in the words of members and moderators; loaded by name, never imported."""
