"""What works in any stock client, and what is declared of each that has no rooms of its own."""
