"""tests/fault/soak: everything that can break breaks, for as long as wanted, and everything has to add up."""
import argparse
import random
import signal
import sys

from fault.course import Course
from fault.faults import FAULTS


def main():
    parser = argparse.ArgumentParser(prog="tests/fault/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="of faults; healing and checks come on top")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6),
                        help="of the load and the schedule of faults")
    parser.add_argument("--brokers", type=int, choices=(1, 2, 3), default=1)
    parser.add_argument("--faults", nargs="+", choices=tuple(FAULTS), default=tuple(FAULTS), metavar="FAULT",
                        help="only these: " + ", ".join(FAULTS))
    parser.add_argument("--pause", type=float, default=6, help="seconds between two runs of a pipeline")
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))  # whatever was started is ended, whatever mounted is unmounted
    course = Course(given.seed, given.minutes * 60, given.brokers, tuple(given.faults), pause_s=given.pause,
                    heals_by_kill=tuple(given.faults) != ("rebalances",)).run()
    print(course.words())
    return 1 if course.failed else 0


if __name__ == "__main__":
    sys.exit(main())
