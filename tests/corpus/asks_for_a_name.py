# $ recon check --script asks_for_a_name.py
# exit 2:
# says: recon check lets a script reach this machine only, and not exchange.invalid:443

import urllib.request

urllib.request.urlopen("https://exchange.invalid/api/v1/time", timeout=1)
