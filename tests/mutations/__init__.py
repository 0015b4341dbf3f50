"""One change at a time to the code and the rules, and whether a test notices."""
