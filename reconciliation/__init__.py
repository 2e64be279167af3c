"""Twelve-factor settings for NautilusTrader's live order reconciliation, and the node boot around them."""
