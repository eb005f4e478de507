"""Compares the figures of `parallax eval --json` with those that trec_eval computes from the
run written by `--run`.

    python benches/check_run.py RUN QRELS FIGURES

Prints both, and fails if they differ in the fourth decimal place. Needs pytrec-eval-terrier.
"""

import json
import sys

import pytrec_eval


def read_run(path):
    """Scores by query and record, as trec_eval reads them: it ignores the rank."""
    run = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            query, _, record, _, score, _ = line.split()
            run.setdefault(query, {})[record] = float(score)
    return run


def read_qrels(path):
    qrels = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            fields = line.rstrip("\n").split("\t")
            if number == 0 and not fields[-1].lstrip("-").isdigit():
                continue
            query, record, grade = fields
            qrels.setdefault(query, {})[record] = int(grade)
    return qrels


def first_ten(ranking):
    """Cuts a ranking to ten in trec_eval's order, because its recip_rank has no cut-off."""
    order = sorted(ranking.items(), key=lambda hit: (hit[1], hit[0]), reverse=True)
    return dict(order[:10])


def mean(run, qrels, measure, name):
    """The mean over the queries of the run, and their number."""
    figures = pytrec_eval.RelevanceEvaluator(qrels, {measure}).evaluate(run)
    return sum(figure[name] for figure in figures.values()) / len(figures), len(figures)


def main(run_path, qrels_path, figures_path):
    run, qrels = read_run(run_path), read_qrels(qrels_path)
    with open(figures_path, encoding="utf-8") as file:
        ours = json.load(file)
    cut = {query: first_ten(ranking) for query, ranking in run.items()}
    theirs = {
        "ndcg@10": mean(run, qrels, "ndcg_cut.10", "ndcg_cut_10"),
        "recall@100": mean(run, qrels, "recall.100", "recall_100"),
        "mrr@10": mean(cut, qrels, "recip_rank", "recip_rank"),
    }
    wrong = False
    for key, (figure, queries) in theirs.items():
        agrees = abs(figure - ours[key]) < 0.00005 and queries == ours["queries"]
        wrong = wrong or not agrees
        print(
            f"  {key:10} trec_eval {figure:.6f} of {queries}, parallax {ours[key]:.6f} "
            f"of {ours['queries']}{'' if agrees else '  DIFFERS'}"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
