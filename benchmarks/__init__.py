"""How quickly recon resolves settings, measured beside the libraries that could be used instead."""
