"""What guards and adapters share about report queries: their time limits, and what an absence is told as."""
