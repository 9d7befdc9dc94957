"""How fast the service is, beside the straightforward one, the ceiling of the server below it, and other servers."""
