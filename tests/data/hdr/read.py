"""read.py FILE: sums up a HdrHistogram log by tag with the Python implementation (PyPI hdrhistogram)."""
import sys

from hdrh.histogram import HdrHistogram

sums = {}
for line in open(sys.argv[1], encoding="utf-8"):
    if line.startswith(("#", '"')):
        continue
    tag, line = line[4:].split(",", 1) if line.startswith("Tag=") else ("-", line)
    start, length, maximum, code = line.strip().split(",")
    total = sums.setdefault(tag, HdrHistogram(1, 86400000000000, 3))
    total.add(HdrHistogram.decode(code))
for tag, total in sums.items():
    print(tag, total.get_total_count(), total.get_value_at_percentile(50), total.get_max_value())
