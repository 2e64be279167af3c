"""The `recon` command: one module per command, its body imported only when it runs."""
