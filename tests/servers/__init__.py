"""Real peers on loopback."""
