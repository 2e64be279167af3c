"""The contract of an engine generation: what is true of any, and the way to the one that is installed.

The folders below are the generations; nobody outside this room names one.
"""
