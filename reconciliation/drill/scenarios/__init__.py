"""The scenarios that come with this package, a story a file; each file's `SCENARIOS` are its variations."""
