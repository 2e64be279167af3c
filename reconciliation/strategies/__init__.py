"""Strategies to learn from and for drills; they import nautilus_trader as any user's strategy does."""
