"""Is everything around a node as it should be? Asked before the engine is built, and by `recon doctor`.

All checks run, and none hides another: one that lacks an earlier fact says so in place of a verdict.
"""
