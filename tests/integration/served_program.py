"""A service to soak, for targets_test.py: HTTP with Prometheus figures and pprof's addresses, leaking if told to.

  served_program.py PORT [--leak BYTES]

Each GET of /work does one operation; with --leak it keeps that many bytes.
"""
import argparse
import gzip
import http.server
import socketserver
import sys

parser = argparse.ArgumentParser()
parser.add_argument('port', type=int)
parser.add_argument('--leak', type=int, default=0)
options = parser.parse_args()
kept, done = [], 0


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global done
        body, kind = b'', 'text/plain; version=0.0.4'
        if self.path == '/work':
            done += 1
            if options.leak:
                kept.append(bytearray(b'x' * options.leak))
        elif self.path == '/metrics':
            body = (f'# TYPE go_goroutines gauge\ngo_goroutines 7\n'
                    f'# TYPE service_db_connections_open gauge\nservice_db_connections_open{{db="main"}} 3\n'
                    f'# TYPE service_requests_total counter\nservice_requests_total {done}\n'
                    f'# TYPE service_kept_bytes gauge\nservice_kept_bytes {options.leak * len(kept)}\n').encode()
        elif self.path.startswith('/debug/pprof/'):
            body, kind = gzip.compress(f'profile {self.path} after {done}'.encode()), 'application/octet-stream'
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.TCPServer):
    allow_reuse_address = True


print('serving', flush=True)
print('a warning with \x1b[31mcolour', file=sys.stderr, flush=True)
with Server(('127.0.0.1', options.port), Handler) as server:
    server.serve_forever()
