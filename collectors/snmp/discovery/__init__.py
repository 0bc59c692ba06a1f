"""Discovery: what a sweep saw -> devices, each once, and what they hang on. Pure."""
