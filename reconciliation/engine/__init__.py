"""The rooms that import nautilus_trader, one folder per engine generation."""
