"""The kinds of nodes that are measured, a process each: each imports what it needs, and no other kind's."""
