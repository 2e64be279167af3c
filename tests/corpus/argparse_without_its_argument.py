# $ recon check --script argparse_without_its_argument.py
# exit 2:
# says: the script ended by itself (exit code 2)

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--symbol", required=True)
parser.parse_args()
