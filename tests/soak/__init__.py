"""The kill test: bots that die at any moment, under every weather, must neither lose nor double a check-in."""
