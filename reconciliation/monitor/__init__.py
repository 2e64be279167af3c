"""What a node is doing, for whoever watches it: its status, its metrics and the endpoints that serve them.

This room imports no other: a node tells it what happens, in the room's own words.
"""
