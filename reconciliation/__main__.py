"""`python -m reconciliation`: the same as `recon`."""

from reconciliation.cli.main import main

if __name__ == "__main__":
    main()
