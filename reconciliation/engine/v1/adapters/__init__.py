"""What is known of single adapters, one folder each; every other client is a stock one."""
