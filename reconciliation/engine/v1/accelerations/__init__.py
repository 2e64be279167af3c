"""What makes the engine quicker and changes nothing of what it does: a file each, by the names of `node.accelerate`."""
