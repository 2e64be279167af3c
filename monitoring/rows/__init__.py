"""The rows of the dashboard: each asks one question."""
