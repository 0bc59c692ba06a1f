"""Whether a thing answers at all."""
