"""The acceleration `settled_heap`: garbage is not searched for in what a start leaves in memory, which stays.

A full collection goes through all objects that there are. In a node that has just started these are some 170,000, and
its event loop is blocked for 60 to 80 ms of processor time; the first checks, each with thousands of reports, bring one
about. With those objects set aside it takes a millisecond. They are not searched for garbage before: of 10,000 orders
that takes 140 ms, and finds none.
"""

import gc

from reconciliation.engine.lifecycle import Event, Started, Verified


class SettledHeap:
    """Sets aside what is in memory once a node has reconciled, before its trader begins; an observer of its lifecycle.

    What comes later is collected as ever.
    """

    def __init__(self) -> None:
        self._is_settled = False

    def __call__(self, event: Event) -> None:
        """Set it aside, once; a node that does not reconcile at its start has only that it has started."""
        if isinstance(event, Verified | Started) and not self._is_settled:
            self._is_settled = True
            gc.freeze()

    def close(self) -> None:
        """Have it collected like everything else: another node may come after this one."""
        if self._is_settled:
            self._is_settled = False
            gc.unfreeze()
