"""Example strategies; they import nautilus_trader as any user's strategy does."""
