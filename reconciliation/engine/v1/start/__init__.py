"""Watching a node start: connect, claim, reconcile within a time limit, verify; never a zombie."""
