"""A Telegram channel against a fake of its API."""
