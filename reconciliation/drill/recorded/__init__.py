"""What is kept of one run for a person to look at: small enough to travel, and nothing that matters left out."""
