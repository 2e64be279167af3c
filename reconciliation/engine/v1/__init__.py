"""NautilusTrader 1.231, and the only folder that imports it."""
