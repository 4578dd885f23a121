"""The layer rule: our tree keeps it, and a tree that breaks it is told so."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def layers(root):
    done = subprocess.run([sys.executable, ROOT / "tests" / "layers", root], capture_output=True, text=True)
    return done.returncode, done.stdout


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_our_tree():
    code, said = layers(os.environ.get("TOCSIN_SOURCE_DIR", ROOT))
    assert code == 0, said


@pytest.mark.parametrize("files, way", [
    ({"producer/a.c": '#include "consumer/b.h"'}, "producer/a.c -> consumer/b.h"),
    ({"producer/a.c": '#include "producer/cli/options.h"'}, "producer/a.c -> producer/cli/options.h"),
    ({"consumer/a.c": '# include "producer/reports/garak.h"'}, "consumer/a.c -> producer/reports/garak.h"),
    ({"consumer/channels/a.c": "#include <curl/curl.h>"}, "consumer/channels/a.c -> curl/curl.h"),
    ({"consumer/correlate/a.c": '#include "b.h"', "consumer/correlate/b.h": '#include "producer/c.h"',
      "producer/c.h": "#include <librdkafka/rdkafka.h>"},
     "consumer/correlate/a.c -> consumer/correlate/b.h -> producer/c.h -> librdkafka/rdkafka.h"),
    ({"consumer/correlate/a.h": '#include "consumer/kafka/role.h"'},
     "consumer/correlate/a.h -> consumer/kafka/role.h"),
    ({"include/tocsin.h": '#include "producer/record.h"'}, "include/tocsin.h -> producer/record.h"),
])
def test_a_broken_rule_is_named_with_its_way(tmp_path, files, way):
    plant(tmp_path, files)
    code, said = layers(tmp_path)
    assert code == 1
    assert f"{way}: " in said


def test_what_is_allowed(tmp_path):
    plant(tmp_path, {"consumer/deliver/http.c": "#include <curl/curl.h>",
                     "consumer/channels/a.c": '#include "producer/record.h"\n// #include <curl/curl.h>',
                     "producer/record.h": "#include <jansson.h>"})
    assert layers(tmp_path)[0] == 0
