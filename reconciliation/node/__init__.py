"""The node's boot: preflight, embedded cache, the effective-parameter event, watching, exit codes."""
