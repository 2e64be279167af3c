# $ recon check --script asks_for_a_key.py
# exit 2:
# says: it asks for an answer, "API key:"

key = input("API key: ")
