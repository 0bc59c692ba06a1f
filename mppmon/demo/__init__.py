"""The simulated mall, the one example."""
