"""Compares our BM25 with bm25s (variant "lucene") on the same terms.

Reads the output of `cargo bench --bench bm25s`. Prints Kendall's tau-b over our first hundred
hits of every query, and how much the scores differ; exits with status 1 if tau is below 0.99.
"""

import json
import sys

import bm25s
import numpy
from scipy.stats import kendalltau

with open(sys.argv[1]) as file:
    data = json.load(file)
theirs = bm25s.BM25(method="lucene", k1=data["k1"], b=data["b"], dtype="float64")
theirs.index(data["records"], show_progress=False)
taus, differences = [], []
for query in data["queries"]:
    if len(query["hits"]) < 2:
        continue
    positions = [hit[0] for hit in query["hits"]]
    ours = numpy.array([hit[1] for hit in query["hits"]])
    # bm25s counts repeated query terms once, unless they are passed repeatedly.
    known = [term for term in query["terms"] if term in theirs.vocab_dict]
    scores = theirs.get_scores(known)[positions]
    differences.append(numpy.abs(ours - scores).max() / ours.max())
    # Both in single precision, like our scores, so that ties are the same.
    taus.append(kendalltau(ours.astype("float32"), scores.astype("float32")).statistic)
tau = float(numpy.mean(taus))
print(
    f"{len(taus)} queries: Kendall's tau-b {tau:.4f} on average, {min(taus):.4f} at least; "
    f"scores differ by {max(differences):.1e} of the best at most"
)
sys.exit(tau < 0.99)
