"""What a node without surroundings is given: a cache, a venue, and the copy of a cache that must stay untouched."""
