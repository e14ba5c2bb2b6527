"""An FTP server on aioftp that can be set up from the command line."""

import argparse
import asyncio
import logging
import pathlib
import ssl
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--library")
parser.add_argument("--port", type=int)
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--home")
parser.add_argument("--passive-ports")
parser.add_argument("--max-clients", type=int)
parser.add_argument("--no-reading", action="store_true")
parser.add_argument("--no-writing", action="store_true")
parser.add_argument("--certificate")
options = parser.parse_args()
sys.path.insert(0, options.library)

import aioftp


def data_ports():
    if not options.passive_ports:
        return None
    first, last = map(int, options.passive_ports.split("-"))
    return range(first, last + 1)


def tls_context():
    if not options.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    return context


async def serve():
    account = aioftp.User(
        options.user,
        options.password,
        base_path=pathlib.Path(options.home),
        permissions=[
            aioftp.Permission("/", readable=not options.no_reading, writable=not options.no_writing)
        ],
    )
    server = aioftp.Server(
        [account],
        data_ports=data_ports(),
        maximum_connections=options.max_clients,
        # TLS from the first byte: it knows no AUTH.
        ssl=tls_context(),
    )
    await server.start("0.0.0.0", options.port)
    await server.serve_forever()


logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
asyncio.run(serve())
