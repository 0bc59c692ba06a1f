"""An inventory list out of Excel -> devices of a configuration."""
