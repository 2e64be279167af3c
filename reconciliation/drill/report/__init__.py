"""The page of a drill: what is recorded of a run, and how a person sees it."""
