"""`python -m reconciliation`: the same as `recon`."""

from reconciliation.cli.start import main

if __name__ == "__main__":
    main()
