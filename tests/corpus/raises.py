# $ recon check --script raises.py
# exit 2:
# says: ConnectionError: no gateway at redis://***@10.0.0.1:6379

def connect():
    raise ConnectionError("no gateway at redis://user:hunter2@10.0.0.1:6379")


connect()
