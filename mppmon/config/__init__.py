"""YAML directory to a validated, revisioned mall."""
