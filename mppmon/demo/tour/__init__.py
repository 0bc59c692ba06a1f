"""The guided tour of the demo: six steps, each done for real in the simulated mall."""
