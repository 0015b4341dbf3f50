"""One script a claim; each prints a table and its ratio to the peer and to the limit."""
