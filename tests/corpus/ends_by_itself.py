# $ recon check --script ends_by_itself.py
# exit 2:
# says: the script ended by itself (exit code 3)

import sys

sys.exit(3)
