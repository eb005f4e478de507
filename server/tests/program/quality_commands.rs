//! `parallax eval` and `parallax compare` on a benchmark small enough that the figures are known.

use std::fs;
use std::path::Path;

use crate::binary::{self, parallax, succeeds};
use serde_json::Value;

fn ok(arguments: &[&str], folder: &Path) -> String {
    let (said, error) = succeeds(parallax(arguments, folder));
    // Rebuilding the indexes from cached vectors must not log a warning.
    assert!(!error.contains("WARN"), "{arguments:?}: {error}");
    said
}

fn json(arguments: &[&str], folder: &Path) -> Value {
    serde_json::from_str(&ok(arguments, folder)).unwrap()
}

fn fails(arguments: &[&str], folder: &Path, needle: &str) {
    binary::fails(parallax(arguments, folder), needle);
}

/// Two benchmarks. The first query is found by words and by meaning, the second only by meaning,
/// because it has no words in common with the relevant record.
fn benchmarks() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let long = "The night train leaves the station and crosses the plain. ".repeat(60);
    let corpus = format!(
        "{{\"_id\":\"d1\",\"title\":\"Goats\",\"text\":\"Goats give milk twice a day.\"}}\n\
         {{\"_id\":\"d2\",\"title\":\"Panels\",\"text\":\"Solar panels on the roof.\"}}\n\
         {{\"_id\":\"d3\",\"title\":\"Trains\",\"text\":\"{long}\"}}\n"
    );
    let queries = "{\"_id\":\"q1\",\"text\":\"milk of goats\"}\n\
                   {\"_id\":\"q2\",\"text\":\"photovoltaics\"}\n";
    for name in ["one", "two"] {
        let path = folder.path().join("bench").join(name);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("corpus.jsonl"), &corpus).unwrap();
        fs::write(path.join("queries.jsonl"), queries).unwrap();
        fs::write(
            path.join("qrels.tsv"),
            "query\trecord\tgrade\nq1\td1\t1\nq2\td2\t1\n",
        )
        .unwrap();
    }
    folder
}

#[test]
fn figures_are_those_of_a_benchmark_worked_out_by_hand() {
    let folder = benchmarks();
    let folder = folder.path();
    let run = [
        "eval",
        "bench/one",
        "--mode",
        "text",
        "--json",
        "--run",
        "run.txt",
    ];
    let text = json(&run, folder);
    assert_eq!(text["ndcg@10"], 0.5);
    assert_eq!(text["recall@100"], 0.5);
    assert_eq!(text["mrr@10"], 0.5);
    assert_eq!(text["ndcg@10_ci"], serde_json::json!([0.0, 1.0]));
    assert_eq!(text["benchmark"], "one");
    assert_eq!(text["queries"], 2);
    assert!(text["p50_ms"].as_f64() <= text["p99_ms"].as_f64());
    assert!(text.get("versus").is_none());
    let run = fs::read_to_string(folder.join("run.txt")).unwrap();
    assert!(run.starts_with("q1 Q0 d1 1 "), "{run}");
    // The query without hits is included.
    assert!(run.ends_with("q2 Q0 - 1 0 parallax-text\n"), "{run}");

    // Passages are encoded the first time, and cached the second.
    for passages in ["first", "again"] {
        let all = json(&["eval", "bench", "--passages", "--json"], folder);
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), 6, "{passages}");
        let neural = &all[3];
        assert_eq!(neural["benchmark"], "two");
        assert_eq!(neural["mode"], "neural");
        assert_eq!(neural["ndcg@10"], 1.0, "{passages}");
        assert_eq!(neural["versus"]["text"]["difference"], 0.5);
        assert!(neural["versus"]["text"]["p"].as_f64().unwrap() > 0.9);
    }
}

#[test]
fn a_report_has_every_benchmark_mode_and_difference() {
    let folder = benchmarks();
    let printed = ok(&["eval", "bench", "--write", "QUALITY.md"], folder.path());
    assert!(printed.contains("two: 3 records, 2 judged queries, with passages"));
    let report = fs::read_to_string(folder.path().join("QUALITY.md")).unwrap();
    for needle in [
        "`parallax eval bench --write QUALITY.md`",
        "## one\n\n3 records, 2 judged queries.",
        "## two\n",
        "| text | 0.5000 [0.000, 1.000] |",
        "| neural, graph | 1.0000 [1.000, 1.000] |",
        "With passages:",
        "| neural against text | +0.5000 | ",
        "| hybrid with passages against without | +0.0000 | 1.0000 |",
    ] {
        assert!(report.contains(needle), "{needle} in {report}");
    }
}

#[test]
fn the_queries_on_which_modes_differ_are_listed() {
    let folder = benchmarks();
    let folder = folder.path();
    let printed = ok(&["compare", "bench/one", "--modes", "text,neural"], folder);
    let line = printed.lines().find(|line| line.contains("photovoltaics"));
    let expected = "1.0000  1      0.0000  not in the first 100  q2  photovoltaics";
    assert_eq!(line, Some(expected), "{printed}");
    let listed = json(
        &["compare", "bench/one", "--modes", "text,neural", "--json"],
        folder,
    );
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["ahead"], "neural");
    assert_eq!(listed[0]["id"], "q2");
    assert_eq!(listed[0]["text"]["first_relevant"], Value::Null);
    assert_eq!(listed[0]["neural"]["first_relevant"], 1);
}

#[test]
fn what_is_not_in_the_figures_is_told_beside_them() {
    let folder = benchmarks();
    let folder = folder.path();
    let one = folder.join("bench/one");
    let add = |name: &str, line: &str| {
        let path = one.join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, text + line).unwrap();
    };
    add("qrels.tsv", "q1\tnone\t0\nq9\td1\t1\n");
    add("corpus.jsonl", "{\"_id\":\"d4\",\n");
    let arguments = ["eval", "bench", "--mode", "text", "--json"];
    let output = parallax(&arguments, folder).output().unwrap();
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results[0]["ndcg@10"], 0.5);
    let told = String::from_utf8(output.stderr).unwrap();
    let told: Vec<&str> = told.lines().filter(|line| line.contains(": ")).collect();
    let expected = [
        "one: judged queries that are not in queries.jsonl, and were not asked: 1",
        "one: judgements of records that are not in corpus.jsonl, or have no text there; the \
         relevant ones count as not found: 1",
        "one: lines of corpus.jsonl without a usable record, which were skipped: 1",
    ];
    assert_eq!(told, expected);

    // If no judgement matches a record, there are no figures.
    fs::write(one.join("qrels.tsv"), "q1\tnone\t1\n").unwrap();
    fails(
        &["eval", "bench/one"],
        folder,
        "judges none of the records in corpus.jsonl",
    );
}

#[test]
fn what_cannot_be_measured_says_why() {
    let folder = benchmarks();
    let folder = folder.path();
    fails(&["eval", "cache"], folder, "cache: is no benchmark folder");
    fails(
        &["eval", "bench/one/qrels.tsv"],
        folder,
        "it is a file; one holds corpus.jsonl, queries.jsonl and qrels.tsv",
    );
    let strange = ["fit", "--collection", "a", "--strange", "nowhere"];
    fails(&strange, folder, "nowhere: is no benchmark folder");
    fs::create_dir(folder.join("empty")).unwrap();
    fails(&["eval", "empty"], folder, "there is no benchmark");
    let several = ["eval", "bench", "--mode", "text", "--run", "run.txt"];
    fails(&several, folder, "several benchmarks");
    fails(&["eval", "bench/one", "--run", "run.txt"], folder, "--mode");
    fails(
        &["eval", "bench", "--write", "no/such/FILE.md"],
        folder,
        "folder that exists",
    );
    let nowhere = ["eval", "bench/one", "--mode", "text", "--run", "no/run.txt"];
    fails(&nowhere, folder, "folder that exists");
    fails(
        &["compare", "bench", "--modes", "text"],
        folder,
        "two different modes",
    );
    fails(
        &["compare", "bench", "--modes", "text,psychic"],
        folder,
        "unknown mode 'psychic'",
    );
    let queries = "{\"_id\":\"q1\",\"text\":\" \"}\n";
    fs::write(folder.join("bench/one/queries.jsonl"), queries).unwrap();
    fails(
        &["eval", "bench/one"],
        folder,
        "query 'q1': the query is empty",
    );
}
