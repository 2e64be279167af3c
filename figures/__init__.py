"""What README and docs tell of measurements: played by one command each, kept as data, written between two marks."""
