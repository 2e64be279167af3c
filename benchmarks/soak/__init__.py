"""A node that trades for a month, in virtual time: what grows in it, and whether it stays right."""
