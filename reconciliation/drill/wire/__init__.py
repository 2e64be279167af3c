"""The second carrier of a drill: processes, sockets, a real Valkey and the clock.

A venue is a process, its database a server, and each life of a node a process that this one forks, so that the engine
is imported once and not at each boot. SIGKILL and SIGTERM are the kernel's own. What cannot be chosen here is what a
kill costs: which of the database's last writes had left the process is for kernel and server to decide.
"""
