"""Gives served_program.py work: serve_load.py PORT RATE SECONDS EXIT-CODE; counts its operations as Seep's loads may."""
import sys
import time
import urllib.request

port, rate, seconds, code = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
begin, done = time.monotonic(), 0
while time.monotonic() - begin < seconds:
    with urllib.request.urlopen(f'http://127.0.0.1:{port}/work', timeout=10) as answer:
        answer.read()
    done += 1
    if done % 20 == 0:
        print(f'SEEP requests={done}', flush=True)
    time.sleep(max(0, begin + done / rate - time.monotonic()))
sys.exit(code)
