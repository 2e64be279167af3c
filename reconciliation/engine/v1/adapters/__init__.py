"""What is known of single adapters, a file or a folder each; every other client is a stock one."""
