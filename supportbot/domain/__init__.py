"""Ideas and rules: standard library and `whenever` only, no I/O, no clock."""
