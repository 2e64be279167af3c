"""Cures for what no setting can cure, each a narrow override of a named upstream method."""
