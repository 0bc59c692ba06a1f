"""The first hour: questions and an inventory in Excel -> a configuration directory that is valid."""
