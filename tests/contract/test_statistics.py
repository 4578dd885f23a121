"""The measurement rules' statistics equal scipy's."""

import math
import os
import pathlib
import random
import subprocess

from scipy import stats

ROOT = pathlib.Path(os.environ.get("TOCSIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
TOOL = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")) / "statistics_tool"
CASES = 500


def answers(questions):
    run = subprocess.run([TOOL], input="\n".join(questions), capture_output=True, text=True, check=True)
    return [float(line) for line in run.stdout.split()]


def test_two_proportion_z_is_the_root_of_the_uncorrected_chi_square():
    chance = random.Random(8)
    cases = []
    for _ in range(CASES):
        n, m = chance.randint(10, 50_000), chance.randint(10, 50_000)
        cases.append((chance.randint(1, n - 1), n, chance.randint(1, m - 1), m))
    ours = answers([f"z {a / n!r} {n} {b / m!r} {m}" for a, n, b, m in cases])
    for (a, n, b, m), z in zip(cases, ours):
        table = [[a, n - a], [b, m - b]]
        theirs = math.copysign(math.sqrt(stats.chi2_contingency(table, correction=False)[0]), a / n - b / m)
        assert math.isclose(z, theirs, rel_tol=1e-9, abs_tol=1e-9), (a, n, b, m)


def test_no_variance_is_no_evidence():
    assert answers(["z 1 100 1 200", "z 0 100 0 200"]) == [0, 0]


def test_upper_tail_of_the_normal_distribution():
    values = [i / 10 for i in range(-80, 300)]
    for z, ours in zip(values, answers([f"upper {z!r}" for z in values])):
        assert math.isclose(ours, stats.norm.sf(z), rel_tol=1e-9), z


def test_student_t_as_a_normal_value():
    cases = [(t / 4, freedom) for t in range(-24, 25) for freedom in (3, 5, 10, 30, 60)]
    for (t, freedom), ours in zip(cases, answers([f"t {t!r} {freedom}" for t, freedom in cases])):
        theirs = math.copysign(stats.norm.isf(stats.t.sf(abs(t), freedom)), t)
        assert abs(ours - theirs) < 0.05, (t, freedom, ours, theirs)
