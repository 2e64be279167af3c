"""A node in virtual time: the loop, the clock, the transports and the database's socket, and where they are put in.

Outside what is simulated, and so outside what a digest promises: threads (the executor runs its work in line), the
client-side rate limiter (it lives in the transport that is replaced), and TLS. Ids that are drawn in Rust cannot be
seeded; they are numbered in the trace as they come up, and where one becomes the id of an order it is drawn from the
run's own generator.
"""
