"""Medians, ratios of paired rounds, and how sure they are."""
import random, statistics

RESAMPLES = 10_000
SEED = 20260101


def median(values):
    return statistics.median(values)


def lower_bound(ratios):
    """The lower end of the two-sided 95% interval of the median, by bootstrap over the rounds."""
    if len(ratios) < 2:
        return ratios[0]
    source = random.Random(SEED)
    medians = sorted(statistics.median(source.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    return medians[int(RESAMPLES * 0.025)]


def compare(theirs, ours):
    """Theirs / ours, round by round; above 1 ours is cheaper."""
    ratios = [their.cpu / our.cpu for their, our in zip(theirs, ours)]
    return {"ratios": ratios, "median": median(ratios), "lower95": lower_bound(ratios)}
