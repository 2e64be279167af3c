"""The boots that are compared: by hand, by hand with recon's libraries, built with recon, and `recon run`."""
