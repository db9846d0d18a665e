"""ldap_server.py: an LDAP server on a free loopback port with one user; prints the port, runs until it is killed.

uid=alice,ou=people,dc=lab has the password 'sesame'; Twisted's ldaptor answers (see scripts/test for its version).
"""
import io

from ldaptor.inmemory import fromLDIFFile
from ldaptor.interfaces import IConnectedLDAPEntry
from ldaptor.protocols.ldap.ldapserver import LDAPServer
from twisted.internet import reactor
from twisted.internet.protocol import ServerFactory
from twisted.python.components import registerAdapter

TREE = b"""dn: dc=lab
objectClass: dcObject
dc: lab

dn: ou=people,dc=lab
objectClass: organizationalUnit
ou: people

dn: uid=alice,ou=people,dc=lab
objectClass: inetOrgPerson
uid: alice
cn: alice
sn: alice
userPassword: sesame

"""


class Factory(ServerFactory):
    protocol = LDAPServer

    def __init__(self, root):
        self.root = root


def serve(root):
    registerAdapter(lambda factory: factory.root, Factory, IConnectedLDAPEntry)
    port = reactor.listenTCP(0, Factory(root), interface="127.0.0.1")
    print(port.getHost().port, flush=True)




fromLDIFFile(io.BytesIO(TREE)).addCallback(serve)
reactor.run()
