"""Reads what an address serves as Prometheus does.

usage: metrics.py URL; prints one JSON object: the families by name, with type, help and samples.
"""
import json
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
    media_type = answer.headers["Content-Type"]
    text = answer.read().decode()

families = {}
for family in text_string_to_metric_families(text):
    assert family.name not in families, f"{family.name} is there twice"
    assert family.type in ("counter", "gauge", "histogram"), f"{family.name} is a {family.type}"
    assert family.documentation, f"{family.name} says nothing"
    if family.type == "histogram":
        buckets = {}
        for sample in family.samples:
            key = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
            if sample.name.endswith("_bucket"):
                buckets.setdefault(key, []).append((float(sample.labels["le"]), sample.value))
        for key, series in buckets.items():
            assert series == sorted(series), f"{family.name} is out of order"
            assert series[-1][0] == float("inf"), f"{family.name} has no last bucket"
            values = [value for _, value in series]
            assert values == sorted(values), f"{family.name} is not cumulative"
            count = [
                sample.value
                for sample in family.samples
                if sample.name.endswith("_count") and tuple(sorted(sample.labels.items())) == key
            ]
            assert count == [values[-1]], f"{family.name} counts differently"
    families[family.name] = {
        "type": family.type,
        "samples": [[sample.name, sample.labels, sample.value] for sample in family.samples],
    }
print(json.dumps({"mediaType": media_type, "families": families}))
