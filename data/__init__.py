"""Read-only content: words, roles, consent texts. Read with importlib.resources."""
