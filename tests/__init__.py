"""Tests: unit, stories, servers, browser, bench."""
