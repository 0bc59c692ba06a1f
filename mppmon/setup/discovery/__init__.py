"""What `mppmon discover` is given and what it prints: addresses, the inventory as discovery knows it, YAML."""
