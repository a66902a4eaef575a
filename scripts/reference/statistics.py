#!/usr/bin/env python3
"""Golden values of the statistics of contrasts, from SciPy and from exact enumeration.

Paired scores as decimals. t intervals, TOST and Wilcoxon's test are SciPy's on the exact differences (TOST
of differences that are all the same: two one-sided sign tests, by definition); the
sign-flip test enumerates all patterns in whole numbers, so that sums that are equal are equal; Holm's
adjustment is written out from its definition; the power of TOST is an integral over chi-squared by QUADPACK.

    python3 scripts/reference/statistics.py > crates/reporting/tests/golden/statistics.json
"""

import json
import sys
from decimal import Decimal

import numpy as np
from scipy import integrate, stats

rng = np.random.default_rng(19870705)


def whole(differences):
    """The differences as whole numbers of their last decimal, and that decimal."""
    places = max(max(0, -d.as_tuple().exponent) for d in differences)
    return [int(d.scaleb(places)) for d in differences], Decimal(1).scaleb(-places)


def sign_flip(numbers):
    sizes = np.abs(np.array(numbers, dtype=np.int64))
    sums = np.zeros(1, dtype=np.int64)
    for size in sizes:
        sums = np.concatenate([sums + size, sums - size])
    return float(np.mean(np.abs(sums) >= abs(sum(numbers))))


def wilcoxon(numbers):
    kept = [abs(n) for n in numbers if n != 0]
    if not kept:
        return None
    exact = len(kept) == len(numbers) and len(set(kept)) == len(kept) and len(kept) <= 50
    method = "exact" if exact else "asymptotic"
    p = stats.wilcoxon(numbers, zero_method="wilcox", correction=False, method=method).pvalue
    return {"p": float(p), "method": "exact" if exact else "normal"}


def compared(first, second, margin):
    differences = [Decimal(a) - Decimal(b) for a, b in zip(first, second)]
    numbers, unit = whole(differences)
    values = np.array([float(d) for d in differences])
    case = {
        "first": [float(a) for a in first],
        "second": [float(b) for b in second],
        "margin": margin,
        "mean": float(sum(differences) / len(differences)),
        "deviation": float(np.std(numbers, ddof=1) * float(unit)) if len(numbers) > 1 else None,
        "half_width_95": None,
        "half_width_90": None,
        "tost": None,
        "sign_flip": sign_flip(numbers) if len(numbers) <= 20 else None,
        "wilcoxon": wilcoxon(numbers),
    }
    if len(numbers) > 1 and len(set(numbers)) == 1:
        case["tost"] = 0.5 ** len(numbers) if abs(case["mean"]) < margin else 1.0
    if len(set(numbers)) > 1:
        test = stats.ttest_1samp(values, 0.0)
        for level, name in [(0.95, "half_width_95"), (0.9, "half_width_90")]:
            interval = test.confidence_interval(level)
            case[name] = float(0.5 * (interval.high - interval.low))
        above = stats.ttest_1samp(values, -margin, alternative="greater").pvalue
        below = stats.ttest_1samp(values, margin, alternative="less").pvalue
        case["tost"] = float(max(above, below))
    return case


def holm(p):
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted = [0.0] * len(p)
    for rank, i in enumerate(order):
        adjusted[i] = min(1.0, max((len(p) - j) * p[order[j]] for j in range(rank + 1)))
    return adjusted


def power(n, deviation, margin):
    degrees = n - 1
    t = stats.t.ppf(0.95, degrees)
    shift = margin * np.sqrt(n) / deviation

    def inner(u):
        z = shift - t * u
        return (2 * stats.norm.cdf(z) - 1) * 2 * degrees * u * stats.chi2.pdf(degrees * u * u, degrees)

    width = 9.0 / np.sqrt(2 * degrees)
    low, high = max(0.0, 1 - width), min(shift / t, 1 + width)
    if high <= low:
        return 0.0
    value, _ = integrate.quad(inner, low, high, epsabs=1e-13, epsrel=1e-12, limit=400)
    return round(float(value), 10)


def needed(deviation, margin):
    return next(n for n in range(2, 1001) if power(n, deviation, margin) >= 0.8)


def accuracies(n, n_test, mean, shift):
    """Pairs of accuracies on `n_test` samples, %, as decimals: with ties, as such accuracies have."""
    first = rng.binomial(n_test, mean, n)
    second = np.clip(first + np.round(rng.normal(shift, 0.01, n) * n_test), 0, n_test).astype(int)
    percent = lambda counts: [str(Decimal(100) * Decimal(int(c)) / Decimal(n_test)) for c in counts]
    return percent(first), percent(second)


def losses(n, shift):
    first = rng.normal(0.2, 0.05, n)
    second = first + rng.normal(shift, 0.02, n)
    return [f"{x:.6f}" for x in first], [f"{x:.6f}" for x in second]


cases = [
    # By hand: one pair, two, all the same, none differs, one tie, a difference of 0.
    compared(["98.2"], ["97.8"], 0.5),
    compared(["98.2", "97.0"], ["97.8", "97.1"], 0.5),
    compared(["98.2", "96.6", "95.4"], ["97.8", "96.2", "95.0"], 0.5),
    compared(["98.2", "96.6", "95.4"], ["98.2", "96.6", "95.4"], 0.5),
    compared(["98.2", "96.6"], ["97.2", "95.6"], 0.5),
    compared(["98.2", "96.6", "95.4", "97.7"], ["97.8", "96.2", "95.3", "98.0"], 0.5),
    compared(["98.2", "96.6", "95.4", "97.7"], ["98.2", "96.2", "95.3", "98.0"], 0.5),
]
for n in [3, 5, 6, 8, 10, 10, 12, 20, 25]:
    for n_test, mean, shift in [(250, 0.98, 0.0), (1000, 0.97, 0.005), (10000, 0.985, -0.002)]:
        cases.append(compared(*accuracies(n, n_test, mean, shift), 0.5))
for n in [3, 5, 7, 10, 15, 20, 30, 51]:
    cases.append(compared(*losses(n, 0.004), 0.02))

def interval(value, variance):
    if abs(value) == 1:
        return None
    half = stats.norm.ppf(0.975) * np.sqrt(variance)
    return [float(np.tanh(np.arctanh(value) + sign * half)) for sign in (-1, 1)]


def correlations(groups):
    """Over the means of groups, by ranks, and within groups: of what is left of regressions on the group alone."""
    # Means that are equal but for rounding are equal.
    means = np.round([[np.mean(a), np.mean(b)] for a, b in groups], 9)
    ranks = stats.spearmanr(means[:, 0], means[:, 1]).statistic
    design = np.concatenate([np.full(len(a), i) for i, (a, _) in enumerate(groups)])[:, None] == np.arange(len(groups))
    rest = []
    for values in (np.concatenate([a for a, _ in groups]), np.concatenate([b for _, b in groups])):
        rest.append(values - design @ np.linalg.lstsq(design.astype(float), values, rcond=None)[0])
    within = stats.pearsonr(*rest).statistic
    degrees = len(rest[0]) - len(groups)
    return {
        "groups": [{"first": [float(x) for x in a], "second": [float(x) for x in b]} for a, b in groups],
        "over": float(ranks),
        "over_interval": interval(ranks, 1.06 / (len(groups) - 3)) if len(groups) > 3 else None,
        "within": float(within),
        "within_interval": interval(within, 1 / (degrees - 2)) if degrees > 2 else None,
    }


def groups_of(n_groups, n, slope, ties):
    """Angles and errors; with ties errors are those of few samples."""
    groups = []
    for _ in range(n_groups):
        angles = rng.uniform(0, 80) + rng.normal(0, 3, n)
        errors = 1.5 + 0.01 * np.mean(angles) + rng.normal(0, 0.2) + slope * (angles - np.mean(angles)) + rng.normal(0, 0.1, n)
        groups.append((np.round(angles, 3), np.round(errors, 1 if ties else 4)))
    return groups


families = [[0.25], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5]]
families += [sorted(float(p) for p in rng.uniform(0, 0.2, n)) for n in (2, 7, 11)]
families += [[float(p) for p in rng.uniform(0, 0.05, n)] for n in (3, 6, 9)]

pairs = [(1.0, 1.0), (0.5, 0.5), (0.3, 0.5), (0.53, 0.5), (1.2, 0.5), (0.02, 0.15), (2.0, 0.3)]
golden = {
    "cases": cases,
    "holm": [{"p": p, "adjusted": holm(p)} for p in families],
    "power": [
        {"n": n, "deviation": deviation, "margin": margin, "power": power(n, deviation, margin)}
        for n in (2, 3, 5, 10, 40, 300)
        for deviation, margin in pairs
    ],
    "correlations": [
        correlations(groups_of(n_groups, n, slope, ties))
        for n_groups, n, slope, ties in [
            (3, 3, 0.1, False), (4, 2, 0.0, False), (6, 10, 0.05, False), (12, 10, 0.0, True), (18, 5, -0.1, True),
        ]
    ],
    "needed": [
        {"deviation": deviation, "margin": margin, "n": needed(deviation, margin)} for deviation, margin in pairs[:6]
    ],
}
json.dump(golden, sys.stdout, indent=1)
print()
