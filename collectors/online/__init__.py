"""Agencies' online systems, and the bounded HTTP and TCP that other ways of asking share."""
