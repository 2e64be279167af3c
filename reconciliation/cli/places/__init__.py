"""Where in the user's own code the fields of a hand-written configuration are set."""
