# $ recon check --script ends_by_itself_in_words.py
# exit 2:
# says: the script ended by itself: CORPUS_API_KEY must be set (ends_by_itself_in_words.py:9)

import os
import sys

if "CORPUS_API_KEY" not in os.environ:
    sys.exit("CORPUS_API_KEY must be set")
