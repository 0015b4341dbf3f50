"""Thousands of events and files that Discord and its people would never send, against the running bot."""
