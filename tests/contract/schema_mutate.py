"""Makes documents from a JSON Schema and spoils them.

Works on parsed documents and on the schemas that this project's tables give: $ref, const, enum, type,
pattern, not, min/maxLength, minimum/maximum, items, properties, propertyNames, additionalProperties.
Everything it does comes from the random.Random that it is given.
"""

import copy

# Longer strings and lists than this are made only now and then: they are slow to judge.
SIZE_USUAL = 3000
SIZE_RARELY = 1 / 60

TIMES = [
    "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000+23:59", "9999-12-31T23:59:59.999999999Z",
    "9999-12-31T23:59:59-23:59", "2000-02-29T00:00:00Z", "2024-02-29T12:00:00.5+05:30",
    "2100-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "2400-02-29T00:00:00Z", "2024-04-31T00:00:00Z",
    "2024-06-30T23:59:60Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z",
    "2024-01-01t00:00:00z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z",
    "2024-01-01T00:00:00Z\n", "2024-01-01T00:00:00+0100", "2024-01-01", "1969-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z", "٢٠٢٤-01-01T00:00:00Z", "2024-12-31T23:59:59.000-00:00", "",
]  # fmt: skip
NAMES = [
    "a", "_", "A_9", "", "9a", "a-b", "a.b", "a/b", "a~b", "~1", "é", "a\n", "\n", " a", "a" * 64,
    "a" * 65, "٣", "𝄞", "type", "v1:" + "0" * 32, "v1:" + "0" * 32 + "\n", "v1:" + "0" * 31,
    "V1:" + "0" * 32, "v1:" + "g" * 32,
]  # fmt: skip
CHARACTERS = ["a", "é", "€", "𝄞", "\n", '"', "\\", "\u202e", "e\u0301", "\U0010ffff", "\x7f", "\x01"]
INTEGERS = [0, 1, -1, 2, 7, 2**31, 2**53 - 1, 2**53, -(2**53), 2**63 - 1, -(2**63)]
REALS = [0.0, -0.0, 1.0, 0.5, 1.5, 1e15, 1e16, 1e18, 1e19, 1e300, -1e300, 5e-324, 1 + 2**-52]


def resolve(schema, root):
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def text(rng, length):
    if length > 200:
        return rng.choice(["x", "é", "𝄞"]) * length
    return "".join(rng.choice(CHARACTERS)[0] for _ in range(length))


def hexes(rng, count):
    return "".join(rng.choice("0123456789abcdef") for _ in range(count))


def size_near(rng, low, high):
    """A size at or beside a limit, seldom a huge one."""
    sizes = [low - 1, low, low + 1]
    if high <= SIZE_USUAL or rng.random() < SIZE_RARELY:
        sizes += [high - 1, high, high + 1] * 2
    return max(0, rng.choice(sizes))


def generate_string(schema, rng):
    if schema.get("format") == "date-time":
        return f"{rng.randint(1970, 9999)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T00:00:00Z"
    if schema.get("format") == "uuid":
        return "-".join(hexes(rng, n) for n in (8, 4, 4, 4, 12))
    if "pattern" in schema:
        return "v1:" + hexes(rng, 32)
    low = schema.get("minLength", 0)
    return text(rng, rng.randint(low, min(schema["maxLength"], low + 12)))


def generate_object(schema, root, rng):
    made = {}
    for name, member in schema.get("properties", {}).items():
        if name in schema.get("required", []) or rng.random() < 0.4:
            made[name] = generate(member, root, rng)
    if "propertyNames" in schema:
        print_ = "v1:" in schema["propertyNames"]["pattern"]
        for _ in range(rng.randint(0, min(3, schema["maxProperties"]))):
            name = "v1:" + hexes(rng, 32) if print_ else "l" + hexes(rng, 3)
            made[name] = generate(schema["additionalProperties"], root, rng)
    return made


def generate(schema, root, rng):
    """A document that the schema takes."""
    schema = resolve(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema["type"]
    if kind == "string":
        return generate_string(schema, rng)
    if kind == "integer":
        low, high = schema["minimum"], schema["maximum"]
        value = rng.choice([low, high, rng.randint(low, high)])
        return float(value) if rng.random() < 0.2 else value
    if kind == "number":
        low, high = schema.get("minimum", -1e300), schema.get("maximum", 1e300)
        return rng.choice([low, high, rng.uniform(low, high)])
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "array":
        low = schema.get("minItems", 0)
        count = rng.randint(low, min(schema["maxItems"], low + 2))
        return [generate(schema["items"], root, rng) for _ in range(count)]
    return generate_object(schema, root, rng)


def anything(rng, depth=0):
    """A value of any kind, nested a little; never too deep for a decoder."""
    made = [None, True, False, rng.choice(INTEGERS), rng.choice(REALS), "", text(rng, 3), [], {}]
    if depth < 3:
        made += [[anything(rng, depth + 1)], {rng.choice(NAMES): anything(rng, depth + 1)}]
    return rng.choice(made)


def spots(document, schema, root):
    """Every value with the container and key that hold it, and the schema of its place (or None)."""
    found = []

    def walk(value, schema, holder, key):
        schema = resolve(schema, root) if schema else None
        found.append((holder, key, schema))
        if isinstance(value, dict):
            properties = (schema or {}).get("properties", {})
            others = (schema or {}).get("additionalProperties")
            for name in value:
                walk(value[name], properties.get(name, others), value, name)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                walk(item, (schema or {}).get("items"), value, index)

    holder = {"": document}
    walk(document, schema, holder, "")
    return holder, found


def drop(holder, key, schema, root, rng):
    if key != "":
        del holder[key]


def replace(holder, key, schema, root, rng):
    holder[key] = anything(rng)


def to_null(holder, key, schema, root, rng):
    holder[key] = None


def to_edge(holder, key, schema, root, rng):
    """To the limit of its kind, one less or one more."""
    if not schema or "type" not in schema:
        return
    if schema["type"] == "string" and "maxLength" in schema and "pattern" not in schema:
        holder[key] = text(rng, size_near(rng, schema.get("minLength", 0), schema["maxLength"]))
    elif schema["type"] in ("integer", "number"):
        limit = rng.choice([schema.get("minimum", -5), schema.get("maximum", 5)])
        value = rng.choice([limit - 1, limit, limit + 1, limit + 0.5, float(limit)])
        holder[key] = rng.choice([value, value, rng.choice(INTEGERS), rng.choice(REALS)])
    elif schema["type"] == "array":
        size = size_near(rng, schema.get("minItems", 0), schema["maxItems"])
        item = generate(schema["items"], root, rng)
        holder[key] = [item] * size
    elif "propertyNames" in schema:
        size = size_near(rng, schema.get("minProperties", 0), schema["maxProperties"])
        print_ = "v1:" in schema["propertyNames"]["pattern"]
        value = generate(schema["additionalProperties"], root, rng)
        holder[key] = {(f"v1:{n:032x}" if print_ else f"l{n}"): value for n in range(size)}


def to_other_text(holder, key, schema, root, rng):
    """A text that is nearly right: for enumerations, constants, patterns, times."""
    value = holder[key]
    if not isinstance(value, str):
        return
    if schema and schema.get("format") == "date-time" and rng.random() < 0.7:
        holder[key] = rng.choice(TIMES)
        return
    at = rng.randint(0, len(value))
    holder[key] = rng.choice(
        [
            value + "\n", " " + value, value.upper(), value[:-1], value + "0", "",
            value[:at] + rng.choice(CHARACTERS) + value[at + 1 :],
            rng.choice((schema or {}).get("enum", [value])),
        ]
    )  # fmt: skip


def add_member(holder, key, schema, root, rng):
    """A member that is unknown, optional and fitting, or of a strange name."""
    value = holder[key]
    if not isinstance(value, dict):
        return
    properties = (schema or {}).get("properties", {})
    absent = [name for name in properties if name not in value]
    if absent and rng.random() < 0.6:
        name = rng.choice(absent)
        value[name] = generate(properties[name], root, rng)
    else:
        others = (schema or {}).get("additionalProperties")
        fitting = others and rng.random() < 0.7
        value[rng.choice(NAMES)] = generate(others, root, rng) if fitting else anything(rng)


def rename(holder, key, schema, root, rng):
    if isinstance(holder, dict) and key != "":
        holder[rng.choice([key.upper(), key + "_", rng.choice(NAMES)])] = holder.pop(key)


def swap(holder, key, schema, root, rng):
    if isinstance(holder, dict) and len(holder) > 1:
        other = rng.choice(list(holder))
        holder[key], holder[other] = holder[other], holder[key]


def repeat(holder, key, schema, root, rng):
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))


def to_float(holder, key, schema, root, rng):
    if isinstance(holder[key], int) and not isinstance(holder[key], bool):
        holder[key] = float(holder[key])


MUTATIONS = [
    drop, replace, to_null, to_edge, to_edge, to_edge, to_other_text, to_other_text, add_member,
    add_member, rename, swap, repeat, to_float,
]  # fmt: skip


def mutate(document, schema, rng):
    """A copy with one to three mutations."""
    document = copy.deepcopy(document)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        wrapped, found = spots(document, schema, schema)
        holder, key, at = rng.choice(found)
        rng.choice(MUTATIONS)(holder, key, at, schema, rng)
        document = wrapped[""]
    return document
