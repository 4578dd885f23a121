"""Time intervals against a model in Python, whose time zones are zoneinfo's: random intervals at random times and at
those where mistakes live (a zone's clock changes, a month or a day ends), in every zone of the database."""
import calendar
import json
import os
import random
import subprocess
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

from system.world import BIN

CASES = int(os.environ.get("TOCSIN_INTERVAL_CASES", "2000"))
SEED = os.environ.get("TOCSIN_INTERVAL_SEED", "1")
ZONES = sorted(name for name in available_timezones() if name != "localtime")
DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
MONTHS = [name.lower() for name in calendar.month_name]
MINUTE_MS, DAY_MS = 60_000, 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


# -- the model: what Alertmanager's documentation says

def days_hold(ranges, day, days):
    for begin, end in ranges:
        begin, end = (edge + days + 1 if edge < 0 else edge for edge in (begin, end))
        if begin <= day <= min(end, days):
            return True
    return False


def holds(interval, moment):
    local = moment.astimezone(interval["zone"])
    minute = local.hour * 60 + local.minute
    days = calendar.monthrange(local.year, local.month)[1]
    values = {"weekdays": local.isoweekday() % 7, "months": local.month, "years": local.year}
    if "times" in interval and not any(begin <= minute < end for begin, end in interval["times"]):
        return False
    if "days_of_month" in interval and not days_hold(interval["days_of_month"], local.day, days):
        return False
    return all(any(begin <= value <= end for begin, end in interval[field])
               for field, value in values.items() if field in interval)


# -- random intervals, as the model has them and as they are written

def ordered(rng, first, last):
    return sorted((rng.randint(first, last), rng.randint(first, last)))


def random_days(rng):
    while True:
        begin, end = (rng.choice([1, -1]) * rng.randint(1, 31) for _ in range(2))
        if rng.random() < 0.3:
            end = begin
        if not (begin < 0 < end) and (begin + 28 if begin < 0 else begin) <= (end + 28 if end < 0 else end):
            return begin, end


RANGES = {
    "times": lambda rng: rng.choice([tuple(rng.sample(range(1441), 2)), (0, 1440), (120, 180), (1380, 1440), (0, 60)]),
    "weekdays": lambda rng: ordered(rng, 0, 6),
    "days_of_month": random_days,
    "months": lambda rng: ordered(rng, 1, 12),
    "years": lambda rng: ordered(rng, 2019, 2040),
}
CHANCES = {"times": 0.6, "weekdays": 0.4, "days_of_month": 0.5, "months": 0.3, "years": 0.2}


def random_interval(rng, zone):
    interval = {"zone": ZoneInfo(zone) if zone else timezone.utc, "location": zone}
    for field, chance in CHANCES.items():
        if rng.random() < chance:
            interval[field] = [tuple(sorted(r)) if field == "times" else tuple(r) for r in
                               (RANGES[field](rng) for _ in range(rng.choice([1, 1, 2, 3])))]
    return interval


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def word(rng, field, value):
    if field == "weekdays":
        return rng.choice([str.lower, str.title])(DAYS[value])
    if field == "months" and rng.random() < 0.5:
        return rng.choice([str.lower, str.title])(MONTHS[value])
    return str(value)


def written(rng, interval):
    spec = {"location": interval["location"]} if interval["location"] else {}
    for field in CHANCES:
        if field == "times" and field in interval:
            spec[field] = [{"start_time": clock(begin), "end_time": clock(end)} for begin, end in interval[field]]
        elif field in interval:
            spec[field] = [word(rng, field, begin) if begin == end and rng.random() < 0.7
                           else word(rng, field, begin) + ":" + word(rng, field, end) for begin, end in interval[field]]
    return spec


# -- times

def clock_changes(zone, rng):
    """A moment at which the zone's offset changes, found by halving."""
    start = datetime(rng.randint(2019, 2040), 1, 1, tzinfo=timezone.utc)
    for month in range(12):
        low, high = start + timedelta(days=31 * month), start + timedelta(days=31 * (month + 1))
        if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
            continue
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) / 2
            same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        return high.replace(microsecond=0)
    return None


def random_moment(rng, interval):
    moment = EPOCH + timedelta(seconds=rng.randint(1_546_300_800, 2_240_611_200))  # 2019 to 2040
    kind = rng.random()
    if kind < 0.35:
        moment = clock_changes(interval["zone"], rng) or moment
    elif kind < 0.7:  # where a local month begins
        local = moment.astimezone(interval["zone"]).replace(day=1, hour=0, minute=0, second=0)
        moment = local.astimezone(timezone.utc)
    return moment + timedelta(seconds=rng.choice([0, 0, -1, 1, -60, 60, 3600, -3600, rng.randint(-200_000, 200_000)]))


def ms_of(moment):
    return (moment - EPOCH) // timedelta(milliseconds=1)


def at(ms):
    return EPOCH + timedelta(milliseconds=ms)


# -- the program

def ask(folder, specs, questions):
    path = folder / "intervals.yaml"
    named = [{"name": name, "time_intervals": spec} for name, spec in specs.items()]
    path.write_text(json.dumps({"time_intervals": named, "route": {"receiver": "a"}, "receivers": [{"name": "a"}]},
                               ensure_ascii=False))
    lines = "".join(f"{name} {ms}\n" for name, ms in questions)
    done = subprocess.run([BIN / "interval_tool", path], input=lines, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    answers = [line.split() for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return [(contained == "1", int(change_ms)) for contained, change_ms in answers]


def test_random_intervals_in_all_zones(tmp_path):
    rng = random.Random(SEED)
    cases = []
    for i in range(CASES):
        zone = None if rng.random() < 0.05 else ZONES[i % len(ZONES)]
        intervals = [random_interval(rng, zone) for _ in range(rng.choice([1, 1, 2]))]
        cases.append((f"n{i}", intervals, random_moment(rng, intervals[0])))
    answers = ask(tmp_path, {name: [written(rng, interval) for interval in intervals] for name, intervals, _ in cases},
                  [(name, ms_of(moment)) for name, _, moment in cases])
    inside = 0
    for (name, intervals, moment), (contained, change_ms) in zip(cases, answers):
        wanted = any(holds(interval, moment) for interval in intervals)
        assert contained == wanted, f"{intervals} at {moment}"
        assert 0 < change_ms - ms_of(moment) <= DAY_MS + MINUTE_MS and change_ms % MINUTE_MS == 0
        inside += contained
    assert CASES // 5 < inside < CASES  # both answers were given
    check_changes(rng, [(intervals, ms_of(moment), answer) for (_, intervals, moment), answer in zip(cases, answers)])


def check_changes(rng, cases):
    """Until the time that is given nothing changes, and then it does, unless a day has passed."""
    for intervals, ms, (contained, change_ms) in rng.sample(cases, min(len(cases), 150)):
        def answer(time_ms):
            return any(holds(interval, at(time_ms)) for interval in intervals)

        assert change_ms - ms >= DAY_MS or answer(change_ms) != contained, f"{intervals} at {at(ms)}"
        for time_ms in range(ms // MINUTE_MS * MINUTE_MS + MINUTE_MS, change_ms, 7 * MINUTE_MS):
            assert answer(time_ms) == contained, f"{intervals} at {at(ms)}: {at(time_ms)}"


def test_the_last_day_of_every_month(tmp_path):
    """-1 is the last day and -31 the first of a long month, in leap years too."""
    specs = {f"d{day}": [{"days_of_month": [str(-day)]}] for day in range(1, 32)}
    questions, wanted = [], []
    for year in (2024, 2026, 2028, 2100):
        for month in range(1, 13):
            days = calendar.monthrange(year, month)[1]
            for day in range(1, days + 1):
                moment = datetime(year, month, day, 12, tzinfo=timezone.utc)
                for back in (1, 2, 28, 29, 30, 31):
                    questions.append((f"d{back}", ms_of(moment)))
                    wanted.append(days - day + 1 == back)
    assert [contained for contained, _ in ask(tmp_path, specs, questions)] == wanted
