"""Ways of asking: target and transport in, one observation out."""
