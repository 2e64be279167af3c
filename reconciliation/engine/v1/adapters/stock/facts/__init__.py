"""What the stock client of an adapter makes of a venue that fails: a file an adapter, beside those that have rooms."""
