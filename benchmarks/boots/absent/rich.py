# ruff: noqa: INP001 - it stands for a module of that name
"""In place of a library that comes with the tools of this repository, and with no node.

The log's library imports it where it is installed, which takes twice as long as the rest of that library.
"""

raise ImportError("a node is installed without it")
