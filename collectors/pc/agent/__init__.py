"""The agent on a counter PC. Imports nothing of the tree but itself."""
