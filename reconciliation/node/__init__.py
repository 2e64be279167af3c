"""The node around the engine: its draft, its preflight, its life and end, signals, and the log of it all."""
