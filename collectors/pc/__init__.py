"""Counter PCs: the agent that runs on them and the reader of what they show."""
