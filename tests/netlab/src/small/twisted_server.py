"""An FTP server on Twisted that can be set up from the command line."""

import argparse
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--library")
parser.add_argument("--port", type=int)
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--home")
parser.add_argument("--passive-ports")
parser.add_argument("--max-clients", type=int)
parser.add_argument("--read-only", action="store_true")
options = parser.parse_args()
sys.path.insert(0, options.library)

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import reactor
from twisted.protocols.ftp import FTPAnonymousShell, FTPFactory, FTPShell, IFTPShell
from twisted.python import log
from twisted.python.filepath import FilePath
from zope.interface import implementer


@implementer(IRealm)
class Realm:
    """Everybody has the same home: one who may not write is what it calls anonymous."""

    def requestAvatar(self, avatar, mind, *interfaces):
        shell = FTPAnonymousShell if options.read_only else FTPShell
        return IFTPShell, shell(FilePath(options.home)), lambda: None


log.startLogging(sys.stderr)
accounts = InMemoryUsernamePasswordDatabaseDontUse()
accounts.addUser(options.user, options.password)

factory = FTPFactory(Portal(Realm(), [accounts]))
factory.allowAnonymous = False
if options.passive_ports:
    first, last = map(int, options.passive_ports.split("-"))
    factory.passivePortRange = range(first, last + 1)
if options.max_clients:
    factory.connectionLimit = options.max_clients

reactor.listenTCP(options.port, factory)
reactor.run()
