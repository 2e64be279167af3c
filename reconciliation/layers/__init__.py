"""Where values come from: TOML files, the environment, overrides, and the origin of each value."""
