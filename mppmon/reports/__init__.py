"""Reports, made in a child process with a read-only database."""
