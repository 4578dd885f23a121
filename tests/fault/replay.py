"""A replay from zero: the records of `findings`, partition by partition and in their order, go to an empty tocsin
beside the first, and its alerts are read. It starts when all are there, so that nothing of its own comes between."""
import subprocess

import confluent_kafka as ck

from fault.history import Seen, Table, TopicLog, alerts_of, behind
from system.world import BIN, World, wait_until

CONFIG = """route:
  receiver: nobody
receivers:
  - name: nobody
"""


def replay(world, wait_s):
    folder = world.folder / "replay"
    folder.mkdir()
    again = World(folder, world.partitions, world.notification_partitions, world.replication)
    try:
        config = again.config(CONFIG)
        subprocess.run([BIN / "tocsind", "topics", "apply", "--config", config], check=True, timeout=120,
                       stdout=subprocess.DEVNULL)
        producer = ck.Producer({"bootstrap.servers": world.brokers, "enable.idempotence": True, "linger.ms": 20, "log_level": 0,
                                "queue.buffering.max.messages": 200000})

        def copy(message):
            while True:
                try:
                    producer.produce(again.prefix + "findings", message.value(), message.key(), message.partition(),
                                     headers=message.headers())
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        TopicLog(world, "findings", copy).advance().close()
        assert producer.flush(120) == 0
        again.tocsind(config, "--role", "correlate", name="tocsind-replay")
        findings, state = TopicLog(again, "findings", lambda _: None), Seen()
        states = TopicLog(again, "state", state.take)
        wait_until("the replay", lambda: findings.advance() and states.advance() and not behind(findings, state.table),
                   wait_s, 0.5)
        alerts = Table()
        TopicLog(again, "alerts", alerts.take).advance().close()
        findings.close()
        states.close()
        return alerts_of(alerts)
    finally:
        again.close()
