"""When which fault happens: a list made from a seed alone, so that a seed is enough to run it again."""
import dataclasses
import random

GAP_S = {"process": (2, 7), "broker": (30, 60), "receiver": (1, 4)}


@dataclasses.dataclass(frozen=True)
class Event:
    gap_s: float  # since the end of the one before it in its track
    name: str
    seed: int  # of its own chance


def make(seed, seconds, faults):
    """track -> events, more than fit into the time. `faults`: name -> anything with `track` and `weight`."""
    tracks = {}
    for track in sorted({fault.track for fault in faults.values()}):
        chance = random.Random(f"{seed}/{track}")
        names = [name for name in faults if faults[name].track == track]
        weights = [faults[name].weight for name in names]
        least, most = GAP_S[track]
        tracks[track] = [Event(chance.uniform(least, most), chance.choices(names, weights)[0], chance.getrandbits(32))
                         for _ in range(int(seconds / least) + 1)]
    return tracks
