"""A pager: readings in, the right person called."""
