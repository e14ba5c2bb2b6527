"""An FTP server on pyftpdlib that can be set up from the command line."""

import argparse
import logging
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--library")
parser.add_argument("--host")
parser.add_argument("--port", type=int)
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--home")
parser.add_argument("--extra")
parser.add_argument("--passive-ports")
parser.add_argument("--announce")
parser.add_argument("--max-clients", type=int)
parser.add_argument("--deny", action="append", default=[])
parser.add_argument("--certificate")
parser.add_argument("--lowest")
parser.add_argument("--highest")
parser.add_argument("--ciphers")
parser.add_argument("--client-authority")
parser.add_argument("--client-may-refuse", action="store_true")
parser.add_argument("--implicit", action="store_true")
parser.add_argument("--login-needs-tls", action="store_true")
parser.add_argument("--data-needs-tls", action="store_true")
options = parser.parse_args()
sys.path.insert(0, options.library)

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

VERSIONS = {
    "TLSv1": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}


def tls_context():
    context = SSL.Context(SSL.TLS_METHOD)
    # The ciphers first: they also set the level below which keys and certificates are not even loaded.
    context.set_cipher_list(options.ciphers.encode())
    context.set_min_proto_version(VERSIONS[options.lowest])
    context.set_max_proto_version(VERSIONS[options.highest])
    context.use_certificate_chain_file(options.certificate)
    context.use_privatekey_file(options.certificate)
    context.set_session_id(b"lab")
    if options.client_authority:
        context.load_verify_locations(options.client_authority)
        demand = 0 if options.client_may_refuse else SSL.VERIFY_FAIL_IF_NO_PEER_CERT
        context.set_verify(SSL.VERIFY_PEER | demand, lambda *facts: bool(facts[-1]))
    return context


class ImplicitHandler(TLS_FTPHandler):
    """Speaks TLS from the first byte and greets inside it."""

    def handle(self):
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self):
        super().handle_ssl_established()
        super().handle()


def close_if_denied(session):
    if session.remote_ip in options.deny:
        session.close()


def make_handler():
    if not options.certificate:
        return FTPHandler
    chosen = ImplicitHandler if options.implicit else TLS_FTPHandler
    chosen.ssl_context = tls_context()
    chosen.tls_control_required = options.login_needs_tls
    chosen.tls_data_required = options.data_needs_tls
    return chosen


logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
authorizer = DummyAuthorizer()
authorizer.add_user(options.user, options.password, options.home, perm="elr")
authorizer.override_perm(options.user, options.home + "/inbox", "elradfmwMT", recursive=True)

handler = make_handler()
handler.authorizer = authorizer
handler.on_connect = close_if_denied
handler.use_sendfile = False
if options.passive_ports:
    first, last = map(int, options.passive_ports.split("-"))
    handler.passive_ports = range(first, last + 1)
if options.announce:
    handler.masquerade_address = options.announce

server = FTPServer((options.host, options.port), handler)
if options.max_clients:
    # It counts sockets, and the one that listens is among them.
    server.max_cons = options.max_clients + 1
with open(options.extra) as extra:
    exec(extra.read())
server.serve_forever()
