"""The three boots that are compared: a node written by hand, the same one built with recon, and `recon run`."""
