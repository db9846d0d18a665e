"""Golden histograms by the Python implementation (PyPI hdrhistogram 0.10.8).

    python3 -m pip install hdrhistogram==0.10.8 && python3 tests/data/hdr/golden.py > tests/data/hdr/python.txt

One line each: name, lowest, highest, digits, total, mean, deviation, encoding, then value:count of every
bucket in use (value: the lowest of the bucket)."""
import math

from hdrh.histogram import HdrHistogram


def show(name, histogram):
    buckets = [f"{item.value_iterated_to}:{item.count_added_in_this_iter_step}"
               for item in histogram.get_recorded_iterator()]
    # The iterator gives the highest value of each bucket.
    print(name, histogram.lowest_trackable_value, histogram.highest_trackable_value, histogram.significant_figures,
          histogram.get_total_count(), f"{histogram.get_mean_value():.6f}", f"{histogram.get_stddev():.6f}",
          histogram.encode().decode(), *buckets)


raw = HdrHistogram(1, 3600000000, 3)
for _ in range(10000):
    raw.record_value(1000)
raw.record_value(100000000)
show("raw", raw)
corrected = HdrHistogram(1, 3600000000, 3)
for _ in range(10000):
    corrected.record_corrected_value(1000, 10000)
corrected.record_corrected_value(100000000, 10000)
show("corrected", corrected)
spread = HdrHistogram(1, 86400000000000, 3)
for i in range(400):
    spread.record_value(int(math.exp(i / 13.0)))
show("spread", spread)
coarse = HdrHistogram(1000, 86400000000000, 2)
for i in range(500):
    coarse.record_value(i * i * 977)
show("coarse", coarse)
counts = HdrHistogram(1, 3600000000, 3)
counts.record_value(5, 1)
counts.record_value(70, 127)
counts.record_value(71, 128)
counts.record_value(90000, 70000)
counts.record_value(3600000000, 5000000000000)
show("counts", counts)
show("empty", HdrHistogram(1, 3600000000, 3))
