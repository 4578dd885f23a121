"""What is published while things break: pipelines, each with its own problems, that run again and again. A run finds
most of its problems, some worse than before, and says which it looked for, so that alerts open, escalate, resolve and
reopen. Some publishers are killed in the middle and run again, some reports are published twice, some findings come
under a wrong key, and some records are no records.

What a publisher reported as accepted, and how each run left each problem, is remembered: the truth of the checks."""
import json
import os
import random
import subprocess
import threading
import time

import confluent_kafka as ck

from system.world import BIN, github

PROBLEMS = 200
FINDINGS_MAX = 12  # of a problem in a run
ATTEMPTS = 20
MODELS = 12  # a digest of one model shows all of its problems: fewer than GROUP_MEMBERS_SHOWN_MAX
PUBLISH_S_MAX = 240


class Pipeline(threading.Thread):
    def __init__(self, field, number, seed, pause_s):
        super().__init__(daemon=True)
        self.field, self.number, self.pause_s = field, number, pause_s
        self.chance = random.Random(f"{seed}/pipeline/{number}")
        self.repository = f"acme/pipeline-{number}"
        self.accepted, self.last_run, self.unusable = {}, {}, []
        self.runs, self.repeated, self.killed = 0, 0, 0
        self.done, self.failure = threading.Event(), None
        self.producer = ck.Producer({"bootstrap.servers": field.world.brokers, "enable.idempotence": True,
                                     "message.timeout.ms": PUBLISH_S_MAX * 1000, "log_level": 0})

    def run(self):
        try:
            while not self.done.is_set():
                self.one_run()
                self.done.wait(self.pause_s * self.chance.uniform(0.5, 1.5))
        except Exception as failure:  # to be raised where the threads are joined
            self.failure = failure

    # a run's report

    def finding(self, rule, model, severity, prompt):
        return {"type": "tocsin.finding.v1", "severity": severity, "confidence": 1.0, "rule": {"id": rule, "title": rule},
                "model": {"name": model}, "target": self.repository, "category": "", "prompt": prompt, "output": "yes"}

    def report(self):
        """The run's lines, and what it says: rule -> findings."""
        lines, coverage, found = [], [], {}
        for problem in range(PROBLEMS):
            rule, model = f"soak/probe.P{problem}/detector.D", f"model-{problem % MODELS}"
            count = self.chance.randint(1, FINDINGS_MAX) if self.chance.random() < 0.8 else 0
            severity = self.chance.choices(("medium", "high", "critical"), (80, 15, 5))[0]
            found[rule] = count
            coverage.append({"rule": rule, "model": model, "target": self.repository, "attempts": ATTEMPTS,
                             "failures": count})
            lines += [self.finding(rule, model, severity, f"run {self.runs} asks {one}") for one in range(count)]
        self.chance.shuffle(lines)
        lines.append({"type": "tocsin.run-end.v1", "status": "complete", "has_coverage": True, "coverage": coverage,
                      "published": {}})
        return "".join(json.dumps(line) + "\n" for line in lines), found

    def publish(self, text, kill_after_s=None):
        """The exit code of `tocsin publish`."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        env |= github(self.number * 1_000_000 + self.runs, repository=self.repository)
        process = subprocess.Popen([BIN / "tocsin", "publish", "-b", self.field.world.brokers, "--prefix",
                                    self.field.world.prefix, "--timeout", "60", "-"], stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=env)
        if kill_after_s is not None:
            threading.Timer(kill_after_s, process.kill).start()
        try:
            said = process.communicate(text, timeout=PUBLISH_S_MAX)[1]
        except BrokenPipeError:
            said = ""
        if process.wait() not in (0, 75, -9):
            raise AssertionError(f"tocsin publish: {process.returncode}: {said}")
        return process.returncode

    def one_run(self):
        self.runs += 1
        text, found = self.report()
        if self.chance.random() < 0.1:
            self.killed += self.publish(text, self.chance.uniform(0.02, 0.3)) == -9
        while self.publish(text) != 0:
            pass
        if self.chance.random() < 0.1:
            self.repeated += self.publish(text) == 0
        for rule, count in found.items():
            self.count(rule, count)
            self.last_run[self.repository, rule] = "open" if count else "resolved"
        self.odd_records()

    def count(self, rule, count):
        if count or (self.repository, rule) in self.accepted:
            self.accepted[self.repository, rule] = self.accepted.get((self.repository, rule), 0) + count

    # records that nobody should write

    def odd_records(self):
        """One under a wrong key, without headers, and one that is no record."""
        rule = "soak/probe.WrongKey/detector.D"
        value = self.finding(rule, "model-0", "medium", f"run {self.runs}")
        started = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        value["run"] = {"id": f"odd/{self.repository}/{self.runs}", "started": started, "repository": self.repository}
        garbage = f"no record {self.number}/{self.runs}".encode()
        for key, one in ((f"wrong {self.runs}", json.dumps(value).encode()), ("any", garbage)):
            self.producer.produce(self.field.world.prefix + "findings", one, key)
        if self.producer.flush(PUBLISH_S_MAX) != 0:
            raise AssertionError("Kafka did not take a record in time")
        self.count(rule, 1)
        self.unusable.append(garbage)


class Load:
    def __init__(self, field, seed, pipelines, pause_s):
        self.pipelines = [Pipeline(field, number, seed, pause_s) for number in range(1, pipelines + 1)]
        for pipeline in self.pipelines:
            pipeline.start()

    def end(self):
        """Lets the runs under way end."""
        for pipeline in self.pipelines:
            pipeline.done.set()
        for pipeline in self.pipelines:
            pipeline.join()
            if pipeline.failure is not None:
                raise pipeline.failure

    def last_run(self):
        """One more run of each, after everything was restored."""
        for pipeline in self.pipelines:
            pipeline.one_run()

    def total(self, name):
        return sum(getattr(pipeline, name) for pipeline in self.pipelines)

    def united(self, name):
        """The pipelines' dictionaries as one; their problems differ."""
        return {key: value for pipeline in self.pipelines for key, value in getattr(pipeline, name).items()}
