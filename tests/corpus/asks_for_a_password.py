# $ recon check --script asks_for_a_password.py
# exit 2:
# says: it asks for an answer, "Secret:"

from getpass import getpass

secret = getpass("Secret: ")
