"""Use cases, one module a group; they know the domain and the ports, nothing of Discord or SQL."""
