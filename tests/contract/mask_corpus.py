"""Texts with secrets and personal data that look real and are none, and look-alikes that must stay.

Everything is made from a seed: the vendors' formats are here, no token is. A case is a text with one thing planted
in it, and `body`, the part of it that has to be gone (what only says what kind of token it is may stay).
"""

import base64
import json
import random
import string
import uuid
from typing import NamedTuple
from urllib.parse import quote

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
URLSAFE = ALNUM + "-_"


class Case(NamedTuple):
    kind: str
    text: str
    body: str


class Chance(random.Random):
    def text(self, alphabet, length):
        return "".join(self.choice(alphabet) for _ in range(length))

    def digits(self, length):
        return self.text(string.digits, length)


def base64_url(value):
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def json_web_token(chance):
    head = base64_url(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = base64_url(json.dumps({"sub": chance.digits(10), "iat": chance.randint(10**9, 2 * 10**9)}).encode())
    return "", f"{head}.{claims}.{chance.text(URLSAFE, 43)}"


def private_key(chance):
    kind = chance.choice(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
    body = "\n".join(chance.text(ALNUM + "+/", 64) for _ in range(chance.randint(3, 20)))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n", f"{body}\n", f"-----END {kind}PRIVATE KEY-----"


def plain(prefix, alphabet, length, after=""):
    return lambda chance: (prefix, chance.text(alphabet, length), after)


def one_of(prefixes, alphabet, length):
    return lambda chance: (chance.choice(prefixes), chance.text(alphabet, length))


# Prefix that may stay, body, and what follows: as the issuer writes them.
SECRETS = {
    "private-key": private_key,
    "aws-access-key": one_of(["AKIA", "ASIA"], string.ascii_uppercase + "234567", 16),
    "github-token": one_of(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], ALNUM, 36),
    "github-fine-grained": lambda c: ("github_pat_", c.text(ALNUM, 22) + "_" + c.text(ALNUM, 59)),
    "gitlab-token": one_of(["glpat-", "gldt-", "glrt-", "glptt-"], URLSAFE, 20),
    "slack-bot": lambda c: ("xoxb-", f"{c.digits(12)}-{c.digits(13)}-{c.text(ALNUM, 24)}"),
    "slack-user": lambda c: ("xoxp-", f"{c.digits(12)}-{c.digits(12)}-{c.digits(13)}-{c.text(HEX, 32)}"),
    "slack-webhook": lambda c: ("https://hooks.slack.com/services/",
                                f"T{c.text(UPPER, 10)}/B{c.text(UPPER, 10)}/{c.text(ALNUM, 24)}"),
    "teams-webhook": lambda c: ("https://prod-1.westeurope.logic.azure.com:443/workflows/"
                                f"{c.text(HEX, 32)}/triggers/manual/paths/invoke?sp=%2Ftriggers&sv=1.0&sig=",
                                c.text(URLSAFE, 43)),
    "anthropic-key": lambda c: ("sk-ant-", f"api03-{c.text(URLSAFE, 93)}AA"),
    "openai-key": lambda c: ("sk-proj-", f"{c.text(URLSAFE, 74)}T3BlbkFJ{c.text(URLSAFE, 74)}"),
    "openai-key-old": lambda c: ("sk-", f"{c.text(ALNUM, 20)}T3BlbkFJ{c.text(ALNUM, 20)}"),
    "huggingface-token": plain("hf_", string.ascii_letters, 34),
    "google-api-key": plain("AIza", URLSAFE, 35),
    "google-oauth": plain("ya29.", URLSAFE, 160),
    "google-client-secret": plain("GOCSPX-", URLSAFE, 28),
    "azure-storage-key": plain("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=", ALNUM + "+/", 86, "=="),
    "azure-client-secret": lambda c: ("", f"{c.text(ALNUM, 3)}8Q~{c.text(ALNUM + '_-.', 33)}x"),
    "stripe-key": one_of(["sk_live_", "rk_live_", "sk_test_"], ALNUM, 24),
    "stripe-webhook": plain("whsec_", ALNUM, 32),
    "sendgrid-key": lambda c: ("SG.", f"{c.text(URLSAFE, 22)}.{c.text(URLSAFE, 43)}"),
    "twilio-key": plain("SK", HEX, 32),
    "mailgun-key": plain("key-", HEX, 32),
    "npm-token": plain("npm_", ALNUM, 36),
    "pypi-token": lambda c: ("pypi-", "AgEIcHlwaS5vcmc" + c.text(URLSAFE, 150)),
    "digitalocean-token": plain("dop_v1_", HEX, 64),
    "shopify-token": plain("shpat_", HEX, 32),
    "databricks-token": plain("dapi", HEX, 32),
    "telegram-token": lambda c: (c.digits(10) + ":", "AA" + c.text(URLSAFE, 33)),
    "atlassian-token": lambda c: ("ATATT3", f"xFfGF0{c.text(URLSAFE, 171)}={c.text(HEX.upper(), 8)}"),
    "vault-token": plain("hvs.", URLSAFE, 91),
    "age-key": lambda c: ("AGE-SECRET-KEY-1", c.text("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    "json-web-token": json_web_token,
    "new-relic-key": plain("NRAK-", UPPER, 27),
    "linear-key": plain("lin_api_", ALNUM, 40),
    "groq-key": plain("gsk_", ALNUM, 52),
    "replicate-token": plain("r8_", ALNUM, 37),
    "grafana-token": lambda c: ("glsa_", f"{c.text(ALNUM, 32)}_{c.text(HEX, 8)}"),
    "doppler-token": plain("dp.pt.", ALNUM, 43),
    "terraform-token": lambda c: ("", f"{c.text(ALNUM, 14)}.atlasv1.{c.text(ALNUM, 67)}"),
    "docker-token": plain("dckr_pat_", URLSAFE, 27),
    "notion-token": plain("ntn_", ALNUM, 46),
    "pulumi-token": plain("pul-", HEX, 40),
    "perplexity-key": plain("pplx-", ALNUM, 48),
    "xai-key": plain("xai-", ALNUM, 80),
    "discord-webhook": lambda c: ("https://discord.com/api/webhooks/", f"{c.digits(18)}/{c.text(URLSAFE, 68)}"),
    "discord-token": lambda c: ("", f"M{c.text(ALNUM, 23)}.{c.text(URLSAFE, 6)}.{c.text(URLSAFE, 38)}"),
}

# These are known by the name that they are given to alone.
NAMED = {
    "aws-secret-key": (["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"], lambda c: c.text(ALNUM + "+/", 40)),
    "password": (["password", "DB_PASSWORD", "passwd", "admin-password"],
                 lambda c: c.text(string.ascii_letters, 6) + c.choice("!#%_-") + c.digits(3) + c.text(ALNUM, 2)),
    "api-key": (["api_key", "apiKey", "X-Api-Key", "OPENWEATHER_API_KEY"], lambda c: c.text(HEX, 32)),
    "client-secret": (["client_secret", "clientSecret"], lambda c: c.text(ALNUM, 40)),
    "access-token": (["access_token", "AUTH_TOKEN", "refreshToken"], lambda c: c.text(URLSAFE, 48)),
}

FIRST = ["ada", "grace", "linus", "mei", "oluwaseun", "zoe", "jose", "fatima", "bjarne", "ivan"]
LAST = ["lovelace", "hopper", "yamada", "okafor", "garcia", "schmidt", "novak", "larsen", "dubois", "rossi"]
HOSTS = ["example.org", "mail.example.com", "acme.co.uk", "uni-koeln.de", "corp.example.io", "web.example.fr"]

PHONES = {
    "us": ["+1 ### ### ####", "(###) ###-####", "###-###-####", "+1-###-###-####", "+1 (###) ###-####", "###.###.####"],
    "de": ["+49 30 ########", "+49 (0)171 #######", "0171 #######", "030/########", "+4917########", "(030) ########"],
    "uk": ["+44 20 #### ####", "020 7### ####", "+44 7### ######", "07### ######"],
    "fr": ["+33 6 ## ## ## ##", "06 ## ## ## ##", "+33 1 ## ## ## ##"],
    "in": ["+91 9#### #####", "+91-9#########"],
    "jp": ["+81 3-####-####", "03-####-####", "+81 90 #### ####"],
    "br": ["+55 11 9####-####", "+55 (11) 9####-####"],
    "ch": ["+41 44 ### ## ##", "044 ### ## ##", "0041 44 ### ## ##"],
    "es": ["+34 6## ### ###"],
    "au": ["+61 4## ### ###", "04## ### ###"],
}

CARDS = {"visa": ("4", 16), "mastercard": ("5", 16), "amex": ("37", 15), "discover": ("6011", 16)}
IBANS = {"DE": "n" * 18, "GB": "AAAA" + "n" * 14, "FR": "n" * 10 + "a" * 11 + "nn", "NL": "AAAA" + "n" * 10,
         "ES": "n" * 20, "CH": "n" * 17, "PL": "n" * 24, "NO": "n" * 11, "IT": "A" + "n" * 22}

# National ids are whatever the operator says they are.
ID_PATTERNS = {"us-ssn": r"\b([0-9]{3}-[0-9]{2}-[0-9]{4})\b", "employee": r"\bEMP-([0-9]{6})\b"}


def email(chance):
    name = chance.choice(["{f}.{l}", "{f}_{l}", "{f}{n}", "{f}.{l}+{n}", "{f}-{l}", "{F}.{L}"])
    return name.format(f=chance.choice(FIRST), l=chance.choice(LAST), n=chance.digits(2),
                       F=chance.choice(FIRST).title(), L=chance.choice(LAST).title()) + "@" + chance.choice(HOSTS)


def phone(chance):
    shape = chance.choice(PHONES[chance.choice(list(PHONES))])
    return "".join(chance.choice("23456789") if sign == "#" else sign for sign in shape)


def luhn_digit(digits):
    double = [int(d) for d in reversed(digits)]
    total = sum(d if i % 2 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(double))
    return str(-total % 10)


def card_digits(chance):
    prefix, length = CARDS[chance.choice(list(CARDS))]
    digits = prefix + chance.digits(length - len(prefix) - 1)
    return digits + luhn_digit(digits)


def grouped(chance, digits):
    gap = chance.choice(["", " ", "-"])
    sizes = [4, 6, 5] if len(digits) == 15 else [4, 4, 4, 4]
    parts = [digits[sum(sizes[:i]):sum(sizes[:i + 1])] for i in range(len(sizes))]
    return gap.join(parts)


def card(chance):
    return grouped(chance, card_digits(chance))


def iban(chance):
    country = chance.choice(list(IBANS))
    alphabets = {"n": string.digits, "A": string.ascii_uppercase, "a": UPPER}
    account = "".join(chance.choice(alphabets[sign]) for sign in IBANS[country])
    number = int("".join(str(int(sign, 36)) for sign in account + country + "00"))
    whole = f"{country}{98 - number % 97:02d}{account}"
    return whole if chance.random() < 0.5 else " ".join(whole[i:i + 4] for i in range(0, len(whole), 4))


PERSONAL = {
    "email": email,
    "phone": phone,
    "card": card,
    "iban": iban,
    "us-ssn": lambda c: f"{c.randint(100, 899)}-{c.randint(10, 99)}-{c.randint(1000, 9999)}",
    "employee": lambda c: f"EMP-{c.digits(6)}",
}

PROSE = [
    "Sure! The value you asked for is {}, keep it to yourself.",
    "I found {} in the training data.",
    "The assistant answered: {}.",
    "As an AI I should not tell you that it is ({}), but here it is.",
    "Bitte notieren: {} - das ist alles, was ich weiß.",
    "First line\n{}\nthird line",
    "{}",
    "see \"{}\" and '{}'",
    "**{}**",
    "`{}`",
    "<b>{}</b>",
]
CODE = [
    'client = Client("{}")  # TODO remove',
    "const value = '{}';",
    'curl -H "X-Thing: {}" https://api.vendor.test/v1/items',
    "value: {}\nother: 1\n",
    "export THING={}",
    '{{"thing": "{}", "n": 3}}',
    '{{\\"thing\\": \\"{}\\", \\"n\\": 3}}',
    "[2026-11-25T02:00:13Z] INFO worker-3: using {}",
    "row 7 | {} | ok",
]
URLS = ["https://api.vendor.test/v1/items?thing={}&page=2", "GET /items?thing={} HTTP/1.1"]

ASSIGNED = [
    "{name}={value}", "{name} = \"{value}\"", "{name}: {value}", "\"{name}\": \"{value}\"", "'{name}' => '{value}'",
    "export {name}='{value}'", "{{\\\"{name}\\\": \\\"{value}\\\"}}", "https://api.vendor.test/?page=2&{name}={value}",
    "--{name}={value}", "{name}: '{value}'  # prod", "my {name} is: {value}", "<{name}>{value}</{name}>",
    "{name} := \"{value}\"", "--{name} {value}",
]


def fill(template, value):
    return template.replace("{{", "\0").replace("}}", "\1").replace("{}", value).replace("\0", "{").replace("\1", "}")


def secret_cases(chance, each):
    for kind, make in SECRETS.items():
        for _ in range(each):
            prefix, body, *after = make(chance)
            whole = prefix + body + "".join(after)
            templates = PROSE + CODE + ([] if "\n" in whole or "://" in whole else URLS)
            yield Case(kind, fill(chance.choice(templates), whole), body)
    for kind, (names, make) in NAMED.items():
        for _ in range(each):
            value = make(chance)
            yield Case(kind, chance.choice(ASSIGNED).format(name=chance.choice(names), value=value), value)
    for _ in range(each):
        password = chance.text(ALNUM, 12)
        scheme = chance.choice(["postgres", "https", "redis", "amqp", "mongodb+srv"])
        yield Case("url-password", fill(chance.choice(PROSE + CODE), f"{scheme}://app:{password}@db.example.org:5432/x"),
                   password)
    for _ in range(each):
        value = chance.choice([chance.text(URLSAFE, 40), base64.b64encode(chance.randbytes(24)).decode()])
        yield Case("authorization", chance.choice([
            f"Authorization: Bearer {value}", f'curl -H "Authorization: Basic {value}" https://x.example',
            f'{{"Authorization": "Bearer {value}"}}', f"authorization: token {value}\r\nHost: x.example"]), value)


def personal_cases(chance, each):
    for kind, make in PERSONAL.items():
        for _ in range(each):
            value = make(chance)
            body = value.removeprefix("EMP-")
            template = chance.choice(PROSE + CODE + URLS)
            if template in URLS:
                value = body = quote(value, safe="") if kind == "email" else value.replace(" ", "")
                value = "EMP-" + body if kind == "employee" else value
            yield Case(kind, fill(template, value), body)


def not_luhn(chance):
    digits = card_digits(chance)
    return grouped(chance, digits[:-1] + str((int(digits[-1]) + chance.randint(1, 9)) % 10))


LOOKALIKES = {
    "sha1": lambda c: c.text(HEX, 40),
    "sha256": lambda c: "sha256:" + c.text(HEX, 64),
    "md5": lambda c: c.text(HEX, 32),
    "integrity": lambda c: "sha512-" + base64.b64encode(c.randbytes(64)).decode(),
    "uuid": lambda c: str(uuid.UUID(int=c.getrandbits(128), version=4)),
    "fingerprint": lambda c: "v1:" + c.text(HEX, 32),
    "version": lambda c: f"v{c.randint(0, 20)}.{c.randint(0, 99)}.{c.randint(0, 200)}-rc.{c.randint(1, 9)}",
    "timestamp": lambda c: f"2026-{c.randint(1, 12):02d}-{c.randint(1, 28):02d}T{c.randint(0, 23):02d}:{c.randint(0, 59):02d}:07.123Z",
    "date-time": lambda c: f"2026-{c.randint(1, 12):02d}-{c.randint(1, 28):02d} {c.randint(0, 23):02d}:{c.randint(0, 59):02d}:07",
    "date": lambda c: f"{c.randint(1, 28):02d}.{c.randint(1, 12):02d}.{c.randint(1990, 2026)}",
    "epoch": lambda c: str(c.randint(1_600_000_000, 1_800_000_000)),
    "epoch-ms": lambda c: str(c.randint(1_600_000_000_000, 1_800_000_000_000)),
    "order": lambda c: f"order #{c.digits(8)}",
    "order-groups": lambda c: f"order {c.randint(100, 999)}-{c.digits(7)}-{c.digits(7)}",
    "ipv4": lambda c: ".".join(str(c.randint(1, 254)) for _ in range(4)),
    "ipv4-port": lambda c: ".".join(str(c.randint(1, 254)) for _ in range(4)) + ":8080",
    "ipv6": lambda c: ":".join(c.text(HEX, 4) for _ in range(8)),
    "mac": lambda c: ":".join(c.text(HEX, 2) for _ in range(6)),
    "not-a-card": not_luhn,
    "coordinates": lambda c: f"{c.uniform(-90, 90):.6f}, {c.uniform(-180, 180):.6f}",
    "price": lambda c: f"{c.randint(1, 9)},{c.digits(3)},{c.digits(3)}.{c.digits(2)} EUR",
    "range": lambda c: f"{c.randint(1000, 4999)}-{c.randint(5000, 9999)}",
    "isbn": lambda c: f"ISBN 978-{c.digits(1)}-{c.digits(3)}-{c.digits(5)}-{c.digits(1)}",
    "package": lambda c: f"lodash@{c.randint(1, 9)}.{c.randint(0, 30)}.{c.randint(0, 30)}",
    "ssh-clone": lambda c: f"git@github.com:acme/{c.choice(LAST)}.git",
    "commit-range": lambda c: f"{c.text(HEX, 7)}..{c.text(HEX, 7)}",
    "trace-id": lambda c: f"00-{c.text(HEX, 32)}-{c.text(HEX, 16)}-01",
    "digest-image": lambda c: f"ghcr.io/acme/app@sha256:{c.text(HEX, 64)}",
    "probe": lambda c: f"garak/dan.DanInTheWild_{c.digits(2)}/mitigation.MitigationBypass",
    "score": lambda c: f"0.{c.digits(16)}",
    "counts": lambda c: f"{c.randint(1, 999)} {c.digits(3)} {c.digits(3)} of 1 000 000",
    "max-tokens": lambda c: f"max_tokens={c.randint(100, 9999)}",
    "reference": lambda c: c.choice(["password = getpass.getpass()", "api_key=os.environ[\"API_KEY\"]",
                                     "token: ${{ secrets.GITHUB_TOKEN }}", "password: process.env.DB_PASSWORD",
                                     "secret = config.get('secret')", "token: <your token here>",
                                     "password=$DB_PASSWORD", "api_key: {{ api_key }}", "password: ********",
                                     "passwords: unbelievable", "token = tokenizer.decode(ids)",
                                     "secret: !vault", "the password is incorrect", "password: str = None",
                                     "token: Optional[str]", "API_KEY=your-api-key-here", "password=changeme"]),
}


def lookalike_cases(chance, each):
    for kind, make in LOOKALIKES.items():
        for _ in range(each):
            yield Case(kind, fill(chance.choice(PROSE + CODE), make(chance)), "")
