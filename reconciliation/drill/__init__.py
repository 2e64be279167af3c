"""Breaking things on purpose; nodes and venues are processes here, as in production."""
