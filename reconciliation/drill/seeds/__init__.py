"""What a seed derives: what is traded, what goes wrong, and when."""
