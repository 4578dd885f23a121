"""The routing sections of configurations that were written for Alertmanager load as they are, and lead where they led
there: by hand, and as amtool says where it knows the syntax. Go templates are refused by name."""
import pathlib
import shlex
import shutil
import subprocess

import pytest

from system.world import BIN

FOLDER = pathlib.Path(__file__).parent / "alertmanager"
EX_CONFIG = 78

# Configuration, labels as words of a shell, receivers.
CASES = [
    ("services.yaml", "service=files", "storage"),
    ("services.yaml", "service=files severity=critical", "storage-pager"),
    ("services.yaml", "service=payments-eu severity=critical", "shop-pager"),
    ("services.yaml", "service=payments-", "everybody"),
    ("services.yaml", "service=database owner=shop", "shop-pager"),
    ("services.yaml", "service=database owner=nobody", "database-pager"),
    ("services.yaml", "", "everybody"),
    ("cluster.yaml", "alertname=Watchdog", "heartbeat"),
    ("cluster.yaml", "alertname=CPUThrottlingHigh namespace=team-ads", "null"),
    ("cluster.yaml", "namespace=team-search severity=page", "search"),
    ("cluster.yaml", "namespace=team-search severity=page cluster=dev", "tenants"),
    ("cluster.yaml", "namespace=team-x severity=info", "small-teams"),
    ("cluster.yaml", "namespace=team-x severity=none", "platform"),
    ("cluster.yaml", "namespace=kube-system severity=critical", "pager"),
    ("hours.yaml", "site=berlin severity=critical", "on-call,berlin"),
    ("hours.yaml", "site=boston", "east-coast"),
    ("hours.yaml", "site=rome", "tickets"),
    ("utf8.yaml", "service.name=checkout deployment.environment=production", "shop"),
    ("utf8.yaml", 'service.name=checkout deployment.environment=production équipe=paiements', "payments"),
    ("utf8.yaml", """'"service.name"=checkout' deployment.environment=production équipe=paiements '"on call"=nobody'""", "shop"),
    ("utf8.yaml", "équipe=recherche severity=critical", "search"),
    ("utf8.yaml", "équipe=recherche severity=high 🔥=🔥", "search,fire"),
    ("utf8.yaml", r"'path=C:\\temp\\'", "windows"),
    ("utf8.yaml", "service.name=search", "other"),
]


def ask(path, *words):
    return subprocess.run([BIN / "tocsind", "routes", *words, "--config", path], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name, labels, receivers", CASES)
def test_leads_where_it_should(name, labels, receivers):
    done = ask(FOLDER / name, "test", *shlex.split(labels))
    assert (done.returncode, done.stdout) == (0, receivers + "\n"), done.stderr


@pytest.mark.skipif(not shutil.which("amtool"), reason="amtool is not installed (apt: prometheus-alertmanager)")
@pytest.mark.parametrize("name", ["services.yaml", "cluster.yaml", "hours.yaml"])
def test_prints_as_amtool_prints(name):
    def amtool(*words):
        return subprocess.run(["amtool", "config", "routes", *words, f"--config.file={FOLDER / name}"],
                              capture_output=True, text=True, timeout=60).stdout

    assert ask(FOLDER / name, "show").stdout == amtool("show") != ""
    for file, labels, _ in CASES:
        if file == name:
            assert ask(FOLDER / name, "test", "--tree", *shlex.split(labels)).stdout == amtool("test", "--tree", *shlex.split(labels))


def test_utf8_names_are_quoted_where_they_must_be():
    done = ask(FOLDER / "utf8.yaml", "show")
    assert done.stdout == """Routing tree:
.
└── default-route  receiver: other
    ├── {deployment.environment="production",service.name=~"checkout|basket"}  receiver: shop
    │\u00a0\u00a0 └── {"on call"!="nobody",équipe="paiements"}  receiver: payments
    ├── {severity=~"high|critical",équipe="recherche"}  continue: true  receiver: search
    ├── {🔥="🔥"}  receiver: fire
    └── {path="C:\\\\temp\\\\"}  receiver: windows

""", done.stderr


@pytest.mark.parametrize("text, words", [
    ("templates: ['/etc/alertmanager/*.tmpl']\n", "templates is not supported: tocsin writes its messages itself"),
    ("receivers: [{name: a, slack_configs: [{api_url: 'https://x.example/y', username: '{{ .Status }}'}]}]\n", "Go templates"),
    ("receivers: [{name: '{{ .Receiver }}'}]\n", "Go templates ({{ … }}) are not done here"),
    ("route: {receiver: a, labels: {summary: '{{ .GroupKey }}'}}\n", "labels is not supported"),
    ("route: {receiver: '{{ .A }}'}\n", "Go templates ({{ … }}) are not done here"),
])
def test_go_templates_are_refused_by_name(tmp_path, text, words):
    path = tmp_path / "config.yaml"
    path.write_text(text + ("" if text.startswith("route:") else "route: {receiver: a}\n")
                    + ("" if text.startswith("receivers:") else "receivers: [{name: a}]\n"))
    done = ask(path, "show")
    assert done.returncode == EX_CONFIG and words in done.stderr, done.stderr
    assert done.stderr.startswith(f"tocsind routes: {path}:1:")
