"""The static tocsin in a folder that holds nothing else: TLS, passwords and names against a Kafka that has them, and what
it says when it is not let in. Built by `cmake --preset static`; TOCSIN_STATIC_DIR says where."""
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import threading

import confluent_kafka.admin as admin
import pytest

from system.world import ROOT, World, brokers

PROGRAM = pathlib.Path(os.environ.get("TOCSIN_STATIC_DIR") or ROOT / "build/static/bin") / "tocsin"
HOST = "kafka.test"
BYTES_MAX = 9_000_000
# lets a static glibc die that would load what it names
NSSWITCH = "hosts: mymachines resolve [!UNAVAIL=return] mdns4_minimal files dns\n"

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is absent: cmake --build --preset static")


@pytest.fixture(scope="module")
def kafka():
    """A Kafka whose broker is called kafka.test in its certificate."""
    brokers()
    environment = {name: value for name, value in os.environ.items() if name != "TOCSIN_BROKERS"}
    names = ("TOCSIN_BROKERS", "TOCSIN_TLS_BROKERS", "TOCSIN_SECURE_BROKERS", "TOCSIN_TLS_DIR")
    process = subprocess.Popen([ROOT / "deploy/kafka/secure", "--host", HOST, "sh", "-c",
                                "echo " + " ".join("$" + name for name in names) + "; cat >/dev/null"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    yield dict(zip(names, process.stdout.readline().split()))
    process.stdin.close()
    process.wait(60)


@pytest.fixture
def world(tmp_path, kafka, monkeypatch):
    monkeypatch.setenv("TOCSIN_BROKERS", kafka["TOCSIN_BROKERS"])
    made = World(tmp_path)
    client = admin.AdminClient({"bootstrap.servers": kafka["TOCSIN_BROKERS"]})
    client.create_topics([admin.NewTopic(made.prefix + "findings", 2, 1)])[made.prefix + "findings"].result()
    yield made
    made.close()


class Cell:
    """A root of its own for one program."""

    def __init__(self, folder, kafka, hosts):
        self.folder, self.kafka = folder / "root", kafka
        (self.folder / "etc").mkdir(parents=True)
        shutil.copy(PROGRAM, self.folder / "tocsin")
        shutil.copy(pathlib.Path(kafka["TOCSIN_TLS_DIR"]) / "ca.pem", self.folder)
        (self.folder / "etc/nsswitch.conf").write_text(NSSWITCH)
        (self.folder / "etc/hosts").write_text(hosts)

    def publish(self, world, brokers_name, *arguments, code=0):
        command = ["chroot", self.folder, "/tocsin", "publish", "-b", self.kafka[brokers_name], "--prefix", world.prefix,
                   "--rule", "a/b/c", "--model", "m", "--timeout", "20", *arguments]
        if os.geteuid() != 0:
            command = ["unshare", "--map-root-user", *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        if "Operation not permitted" in done.stderr:
            pytest.skip("neither root nor a user namespace: no chroot")
        assert done.returncode == code, done.stderr
        return done.stderr


@pytest.fixture
def cell(tmp_path, kafka):
    return Cell(tmp_path, kafka, f"127.0.0.1 {HOST}\n")


TLS = ("-X", "security.protocol=SSL", "-X", "ssl.ca.location=/ca.pem")


def login(mechanism, user, password):
    return ("-X", "security.protocol=SASL_SSL", "-X", "ssl.ca.location=/ca.pem", "-X", f"sasl.mechanisms={mechanism}",
            "-X", f"sasl.username={user}", "-X", f"sasl.password={password}")


def test_one_small_file():
    assert PROGRAM.stat().st_size < BYTES_MAX
    headers = subprocess.run(["readelf", "-ld", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert "INTERP" not in headers and "(NEEDED)" not in headers
    features = json.loads(subprocess.run([PROGRAM, "version", "--json"], capture_output=True, text=True,
                                         check=True).stdout)["features"]
    assert {"ssl", "sasl_scram", "sasl_plain", "zstd", "lz4"} <= set(features)


def test_tls_and_passwords(cell, world):
    cell.publish(world, "TOCSIN_TLS_BROKERS", *TLS)
    cell.publish(world, "TOCSIN_SECURE_BROKERS", *login("PLAIN", "ada", "secret-of-ada"), "--prompt", "plain")
    prompts = [json.loads(value).get("prompt", "") for *_, value, _ in world.records("findings") if b"finding.v1" in value]
    assert sorted(prompts) == ["", "plain"]


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_scram(cell, world, mechanism):
    """Kafka 4 takes no SCRAM of a librdkafka before 2.6.1, and then that is what it says."""
    version = json.loads(subprocess.run([PROGRAM, "version", "--json"], capture_output=True, text=True,
                                        check=True).stdout)["librdkafka"]
    fits = tuple(int(part) for part in version.split(".")[:3]) >= (2, 6, 1)
    said = cell.publish(world, "TOCSIN_SECURE_BROKERS", *login(mechanism, "ada", "secret-of-ada"), code=0 if fits else 77)
    assert fits or "SCRAM with Kafka 4 needs librdkafka 2.6.1" in said


@pytest.mark.parametrize("brokers_name, arguments, code, words", [
    ("TOCSIN_SECURE_BROKERS", login("PLAIN", "ada", "wrong-one"), 77, "check sasl.mechanisms, sasl.username and sasl.password"),
    ("TOCSIN_SECURE_BROKERS", login("PLAIN", "mallory", "secret-of-mallory"), 77, "needs the ACLs Write and Describe"),
    ("TOCSIN_SECURE_BROKERS", ("-X", "security.protocol=SASL_SSL"), 64, "GSSAPI (Kerberos) is not in the static tocsin"),
    ("TOCSIN_TLS_BROKERS", ("-X", "security.protocol=SSL"), 77, "check ssl.ca.location"),
    ("TOCSIN_TLS_BROKERS", ("--timeout", "3"), 75, "security.protocol"),
    ("TOCSIN_TLS_BROKERS", (*TLS, "--topic", "nobody.made.this", "--timeout", "3"), 75, "tocsind makes its topics"),
], ids=["password", "acl", "gssapi", "ca", "plain to tls", "topic"])
def test_words_of_refusal(cell, world, brokers_name, arguments, code, words):
    said = cell.publish(world, brokers_name, *arguments, code=code)
    assert words in said
    assert "wrong-one" not in said and "secret-of" not in said


def answer(server):
    """Says that every name is 127.0.0.1, and that none has an IPv6 address."""
    while True:
        try:
            query, client = server.recvfrom(512)
        except OSError:
            return
        end = query.index(b"\0", 12) + 5
        is_a = query[end - 4:end - 2] == b"\0\1"
        reply = query[:2] + b"\x81\x80" + b"\0\1" + struct.pack(">H", is_a) + b"\0\0\0\0" + query[12:end]
        if is_a:
            reply += b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 60, 4) + socket.inet_aton("127.0.0.1")
        server.sendto(reply, client)


def test_dns(tmp_path, kafka, world):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        server.bind(("127.0.0.153", 53))
    except OSError as why:
        pytest.skip(f"no server of names can be had on port 53: {why}")
    thread = threading.Thread(target=answer, args=(server,), daemon=True)
    thread.start()
    cell = Cell(tmp_path, kafka, "")
    (cell.folder / "etc/resolv.conf").write_text("nameserver 127.0.0.153\n")
    cell.publish(world, "TOCSIN_TLS_BROKERS", *TLS)
    server.close()
