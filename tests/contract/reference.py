"""The identities of schemas/README.md once more, written from its words alone.

The tests hold the C code against this and both against schemas/vectors/. Nothing here is shared with
the C code but the specification.
"""

import hashlib
import struct
import uuid

NAMESPACE = uuid.UUID("2d7b974b-7ed3-46eb-ad7a-77b6007932ec")


def prefixed(strings):
    """Each string as a 32-bit big-endian byte length and its UTF-8 bytes."""
    out = b""
    for string in strings:
        encoded = (string or "").encode("utf-8")
        out += struct.pack(">I", len(encoded)) + encoded
    return out


def fingerprint(rule, model, target, category):
    digest = hashlib.sha256(prefixed([rule, model, target, category])).digest()
    return "v1:" + digest[:16].hex()


def name_based(strings):
    """UUID version 5; the name is bytes, which uuid.uuid5() of Python 3.11 does not take."""
    digest = hashlib.sha1(NAMESPACE.bytes + prefixed(strings)).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def finding_id(run, shard, fingerprint, model_version, prompt, output, occurrence):
    return name_based(
        [run, str(shard), fingerprint, model_version, prompt, output, str(occurrence)]
    )


def run_event_id(event, run, shard, attempt):
    return name_based([event, run, str(shard), str(attempt)])


def series(model, benchmark, metric, target):
    return fingerprint(model, benchmark, metric, target).replace("v1:", "m1:")


def measurement_id(run, shard, series, model_version):
    return name_based(["measurement", run, str(shard), series, model_version])


def complete(finding):
    """Target, fingerprint and id of a parsed finding, as a consumer completes them."""
    run = finding["run"]
    target = finding.get("target") or run.get("repository", "")
    print_ = fingerprint(
        finding["rule"]["id"], finding["model"]["name"], target, finding.get("category", "")
    )
    id_ = finding_id(
        run["id"],
        int(run.get("shard", 1)),
        print_,
        finding["model"].get("version", ""),
        finding.get("prompt", ""),
        finding.get("output", ""),
        int(finding.get("occurrence", 0)),
    )
    return target, print_, id_


def murmur2(key):
    """The 32-bit murmur2 of Kafka's clients, from its published description."""
    mask = 0xFFFFFFFF
    multiply = 0x5BD1E995
    value = 0x9747B28C ^ len(key)
    whole = len(key) // 4 * 4
    for (word,) in struct.iter_unpack("<I", key[:whole]):
        word = word * multiply & mask
        word ^= word >> 24
        word = word * multiply & mask
        value = (value * multiply & mask) ^ word
    rest = key[whole:]
    if rest:
        value ^= int.from_bytes(rest, "little")
        value = value * multiply & mask
    value ^= value >> 13
    value = value * multiply & mask
    return value ^ (value >> 15)


def partition(key, partitions):
    return (murmur2(key) & 0x7FFFFFFF) % partitions
