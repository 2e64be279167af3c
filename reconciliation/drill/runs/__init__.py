"""Many runs at once: what one of them needs, the process that plays it, and the processes together."""
