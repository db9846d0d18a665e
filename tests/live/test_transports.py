"""test_transports.py DRIVER SPARK_HOME PROBE [CLASS...]: ways to reach a real Spark and to log in, each with a good and a bad credential.

Through the driver, and through the native client (PROBE, tests/target/probe.c) by the same keys.
Binary with TLS (LDAP), HTTP (CUSTOM), binary with Kerberos, HTTPS with Kerberos (SPNEGO).

Exit code 77 where pyodbc cannot be imported: run it with the Python of .venv (see scripts/test).
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile

try:
    import pyodbc
except ImportError:
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from spark_server import SparkServer, free_port

DRIVER, SPARK_HOME, PROBE = map(os.path.abspath, sys.argv[1:4])
del sys.argv[1:4]
PASSWORD = "sesame"
for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)


def make_jar(folder):
    """The class that lets in whoever knows the word, as CUSTOM authentication wants it."""
    jar = pathlib.Path(folder, "auth.jar")
    with zipfile.ZipFile(jar, "w") as archive:
        archive.write(ROOT / "tests/data/auth/DynoTestAuth.class", "DynoTestAuth.class")
    return jar


def make_keystore(folder):
    """A key with a certificate for localhost that vouches for itself, for Java, and the certificate as PEM."""
    store = pathlib.Path(folder, "server.jks")
    common = ["-alias", "server", "-keystore", str(store), "-storepass", "changeit"]
    subprocess.run(["keytool", "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost", "-ext",
                    "san=dns:localhost,ip:127.0.0.1", "-ext", "bc:c", "-validity", "2", "-storetype", "JKS",
                    "-keypass", "changeit", *common], check=True, capture_output=True)
    pem = subprocess.run(["keytool", "-exportcert", "-rfc", *common], check=True, capture_output=True).stdout
    pathlib.Path(folder, "ca.pem").write_bytes(pem)
    return store


class LdapServer:
    """tests/support/ldap_server.py: a directory that has alice in it."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, str(ROOT / "tests/support/ldap_server.py")], stdout=subprocess.PIPE, text=True)
        self.url = f"ldap://127.0.0.1:{int(self.process.stdout.readline())}"

    def stop(self):
        self.process.kill()
        self.process.communicate()


def probe(connection):
    """What the native client gets for SELECT 6 * 7, or says."""
    return subprocess.run([PROBE, connection, "SELECT 6 * 7"], capture_output=True, text=True, check=False, timeout=120).stdout.strip()


class Transport:
    """The tests; the classes below run them over each transport."""

    auth = "CUSTOM"
    hive = {}
    keys = ""

    @classmethod
    def setUpClass(cls):
        pyodbc.pooling = False
        cls.folder = tempfile.mkdtemp(prefix="dyno-live-")
        hive = {"hive.server2.custom.authentication.class": "DynoTestAuth", **cls.hive}
        if "hive.server2.use.SSL" in hive:
            hive["hive.server2.keystore.path"] = make_keystore(cls.folder)
            hive["hive.server2.keystore.password"] = "changeit"
        conf = {"spark.driver.extraClassPath": make_jar(cls.folder)}
        if cls.auth == "LDAP":
            cls.ldap = LdapServer()
            cls.addClassCleanup(cls.ldap.stop)
            hive["hive.server2.authentication.ldap.url"] = cls.ldap.url
            hive["hive.server2.authentication.ldap.baseDN"] = "ou=people,dc=lab"
        cls.server = SparkServer(SPARK_HOME, auth=cls.auth, conf=conf, hive=hive)
        cls.server.__enter__()
        cls.connection = cls.connect()

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()
        cls.server.__exit__(None, None, None)
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def connect(cls, password=PASSWORD, keys=None, host="localhost", user="alice"):
        keys = (cls.keys if keys is None else keys).replace("FOLDER", cls.folder)
        return pyodbc.connect(f"Driver={DRIVER};Host={host};Port={cls.server.port};UID={user};PWD={password};"
                              f"AuthMech=3;LoginTimeout=20;{keys}", autocommit=True)

    def assert_fails(self, state, words, **how):
        with self.assertRaises(pyodbc.Error) as caught:
            self.connect(**how)
        self.assertEqual(caught.exception.args[0], state, caught.exception.args)
        self.assertIn(words, caught.exception.args[1])
        self.assertNotIn("wrong-word", caught.exception.args[1])

    def test_good_password(self):
        self.assertEqual(self.connection.execute("SELECT 6 * 7").fetchval(), 42)
        rows = self.connection.execute("SELECT id, concat('x', id) FROM range(50000)").fetchall()
        self.assertEqual(sum(row[0] for row in rows), 50000 * 49999 // 2)
        self.assertTrue(all(row[1] == f"x{row[0]}" for row in rows))

    def test_native_client(self):
        keys = self.keys.replace("FOLDER", self.folder)
        address = f"Host=localhost;Port={self.server.port};UID=alice;AuthMech=3;{keys}"
        self.assertEqual(probe(f"{address};PWD={PASSWORD}"), "42")
        self.assertRegex(probe(f"{address};PWD=wrong-word"), "28000 .*refused user 'alice'")

    def test_bad_password(self):
        self.assert_fails("28000", "refused user 'alice'", password="wrong-word")

    def test_cancel_from_another_thread(self):
        cursor = self.connection.cursor()
        cursor.execute("SELECT count(*) FROM range(10) WHERE sqrt(id) > hash(id)").fetchall()
        threading.Timer(3, cursor.cancel).start()
        begin = time.monotonic()
        with self.assertRaises(pyodbc.Error) as caught:
            cursor.execute("SELECT count(*) FROM range(100000000000) WHERE sqrt(id) > hash(id)")
        self.assertEqual(caught.exception.args[0], "HY008")
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(self.connection.execute("SELECT 2").fetchval(), 2)


class BinaryTls(Transport, unittest.TestCase):
    auth = "LDAP"
    hive = {"hive.server2.use.SSL": "true"}
    keys = "SSL=1;TrustedCerts=FOLDER/ca.pem"

    def test_unknown_authority(self):
        self.assert_fails("08001", "TLS certificate", keys="SSL=1")

    def test_address_instead_of_name_and_tls_1_3(self):
        self.connect(host="127.0.0.1", keys=self.keys + ";Min_TLS=1.3").close()

    def test_checks_switched_off(self):
        self.connect(keys="SSL=1;SSLVerify=0").close()

    def test_user_that_the_directory_does_not_know(self):
        self.assert_fails("28000", "refused user 'nobody'", keys=self.keys, user="nobody")

    def test_plain_text_on_a_tls_port(self):
        self.assert_fails("08001", "wants TLS", keys="SSL=0")


class Http(Transport, unittest.TestCase):
    hive = {"hive.server2.transport.mode": "http", "hive.server2.thrift.http.path": "sql/spark"}
    keys = "ThriftTransport=2;HTTPPath=sql/spark"

    def test_wrong_path(self):
        self.assert_fails("08S01", "no Thrift server", keys="ThriftTransport=2;HTTPPath=elsewhere")

    def test_tls_on_a_plain_port(self):
        self.assert_fails("08001", "TLS", keys=self.keys + ";SSL=1")

    def test_binary_client(self):
        self.assert_fails("08S01", "transport mode http", keys="ThriftTransport=1")


class Kdc:
    """A KDC of realm LAB on loopback with two services and one user, who has no ticket yet."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.env = {"KRB5_CONFIG": f"{folder}/krb5.conf", "KRB5_KDC_PROFILE": f"{folder}/kdc.conf"}
        pathlib.Path(folder, "krb5.conf").write_text(
            "[libdefaults]\n default_realm = LAB\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            " dns_canonicalize_hostname = false\n rdns = false\n udp_preference_limit = 1\n"
            f"[realms]\n LAB = {{\n  kdc = 127.0.0.1:{self.port}\n }}\n[domain_realm]\n localhost = LAB\n",
            encoding="utf-8")
        pathlib.Path(folder, "kdc.conf").write_text(
            f"[kdcdefaults]\n kdc_listen = 127.0.0.1:{self.port}\n kdc_tcp_listen = 127.0.0.1:{self.port}\n"
            f"[realms]\n LAB = {{\n  database_name = {folder}/principal\n  key_stash_file = {folder}/stash\n"
            f"  acl_file = {folder}/acl\n  supported_enctypes = aes256-cts:normal\n }}\n", encoding="utf-8")
        self.run("kdb5_util", "create", "-s", "-r", "LAB", "-P", "not-a-secret")
        for principal, keytab in (("hive/localhost", "hive.keytab"), ("HTTP/localhost", "http.keytab"), ("alice", "alice.keytab")):
            self.run("kadmin.local", "-q", f"addprinc -randkey {principal}@LAB")
            self.run("kadmin.local", "-q", f"ktadd -k {folder}/{keytab} {principal}@LAB")
        self.process = subprocess.Popen(["krb5kdc", "-n"], env=self.all_env(), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def all_env(self):
        path = os.environ["PATH"] + ":/usr/sbin"
        return dict(os.environ, PATH=path, **self.env)

    def run(self, *command):
        env = self.all_env()
        program = shutil.which(command[0], path=env["PATH"])
        subprocess.run([program, *command[1:]], env=env, check=True, capture_output=True, timeout=60)

    def kinit(self, cache):
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.run("kinit", "-c", cache, "-kt", f"{self.folder}/alice.keytab", "alice@LAB")
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def stop(self):
        self.process.kill()
        self.process.wait()


@unittest.skipUnless(shutil.which("krb5kdc", path="/usr/sbin:/usr/bin"), "no KDC (package krb5-kdc)")
class Kerberos(unittest.TestCase):
    hive = {}
    keys = "AuthMech=1"

    @classmethod
    def setUpClass(cls):
        pyodbc.pooling = False
        cls.folder = tempfile.mkdtemp(prefix="dyno-live-")
        cls.kdc = Kdc(cls.folder)
        os.environ.update(cls.kdc.env)
        auth = "hive.server2.authentication.kerberos"
        hive = {f"{auth}.principal": "hive/localhost@LAB", f"{auth}.keytab": f"{cls.folder}/hive.keytab", **cls.hive}
        if "hive.server2.use.SSL" in hive:
            hive["hive.server2.keystore.path"] = make_keystore(cls.folder)
            hive["hive.server2.keystore.password"] = "changeit"
            hive["hive.server2.authentication.spnego.keytab"] = f"{cls.folder}/http.keytab"
        conf = {"spark.hadoop.hadoop.security.authentication": "kerberos",
                "spark.driver.extraJavaOptions": f"-Djava.security.krb5.conf={cls.folder}/krb5.conf"}
        cls.server = SparkServer(SPARK_HOME, auth="KERBEROS", conf=conf, hive=hive)
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None, None, None)
        cls.kdc.stop()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def connect(self, cache, keys=""):
        os.environ["KRB5CCNAME"] = f"{self.folder}/{cache}"
        keys = (keys or self.keys).replace("FOLDER", self.folder)
        return pyodbc.connect(f"Driver={DRIVER};Host=localhost;Port={self.server.port};{keys};LoginTimeout=20", autocommit=True)

    def check_native_client(self):
        keys = self.keys.replace("FOLDER", self.folder)
        self.assertEqual(probe(f"Host=localhost;Port={self.server.port};{keys}"), "42")
        self.assertRegex(probe(f"Host=localhost;Port={self.server.port};{keys};KrbServiceName=nosuch"), " 28000 ")

    def assert_fails(self, state, words, *how):
        with self.assertRaises(pyodbc.Error) as caught:
            self.connect(*how)
        self.assertEqual(caught.exception.args[0], state, caught.exception.args)
        self.assertIn(words, caught.exception.args[1])

    def test_ticket_lets_in_and_its_lack_does_not(self):
        self.assert_fails("28000", "is there a ticket", "none")
        self.kdc.kinit(f"{self.folder}/cache")
        for keys in ("", "AuthMech=1;KrbServiceName=hive;KrbHostFQDN=localhost;KrbRealm=LAB"):
            connection = self.connect("cache", keys)
            self.assertEqual(connection.execute("SELECT current_user()").fetchval(), "alice")
            connection.close()
        self.check_native_client()
        self.assert_fails("28000", "http@localhost", "cache", "AuthMech=1;KrbServiceName=http")
        self.assert_fails("28000", "Unsupported mechanism", "cache", "AuthMech=3;PWD=x")


class Spnego(Kerberos):
    """Kerberos over HTTP, and that over TLS: what a gateway to a secured cluster asks for."""

    hive = {"hive.server2.use.SSL": "true", "hive.server2.transport.mode": "http", "hive.server2.authentication.spnego.principal": "HTTP/localhost@LAB"}
    keys = "AuthMech=1;ThriftTransport=2;SSL=1;TrustedCerts=FOLDER/ca.pem"

    def test_ticket_lets_in_and_its_lack_does_not(self):
        self.assert_fails("28000", "is there a ticket", "none")
        self.kdc.kinit(f"{self.folder}/cache")
        connection = self.connect("cache")
        self.assertEqual(connection.execute("SELECT current_user()").fetchval(), "alice")
        self.assertEqual(len(connection.execute("SELECT id FROM range(30000)").fetchall()), 30000)
        self.check_native_client()
        self.cancel_while_it_runs(connection)
        connection.close()
        self.assert_fails("28000", "HTTP 401", "cache", f"{self.keys};AuthMech=3;PWD=x".replace("AuthMech=1;", ""))
        self.assert_fails("28000", "nosuch/localhost", "cache", f"{self.keys};KrbServiceName=nosuch")
        self.assert_fails("HYC00", "no other host or realm", "cache", f"{self.keys};KrbRealm=ELSEWHERE")

    def cancel_while_it_runs(self, connection):
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM range(10) WHERE sqrt(id) > hash(id)").fetchall()
        threading.Timer(3, cursor.cancel).start()
        with self.assertRaises(pyodbc.Error) as caught:
            cursor.execute("SELECT count(*) FROM range(100000000000) WHERE sqrt(id) > hash(id)")
        self.assertEqual(caught.exception.args[0], "HY008")

    def test_authority_counts_before_the_ticket(self):
        self.assert_fails("08001", "TLS certificate", "none", "AuthMech=1;ThriftTransport=2;SSL=1")
        self.assert_fails("08001", "wants TLS", "none", "AuthMech=1;ThriftTransport=2")


if __name__ == "__main__":
    unittest.main(verbosity=2)
