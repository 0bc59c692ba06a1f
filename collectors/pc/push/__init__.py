"""The door for PCs that nobody can ask: they send, over TLS, each with a token of its own."""
