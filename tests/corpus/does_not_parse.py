# $ recon check --script does_not_parse.py
# exit 2:
# says: SyntaxError: invalid syntax

def main(:
    pass
