# $ recon check --script needs_a_package.py
# exit 2:
# says: not_there_at_all is not installed beside recon

import not_there_at_all.models
