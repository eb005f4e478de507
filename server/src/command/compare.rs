//! `parallax compare`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use parallax::Mode;
use parallax::evaluation::{Answered, Run};
use parallax::query::Route;
use serde_json::json;

use super::benchmarks::{self, Benchmarks};
use super::search::printable;
use super::table::Table;

/// How many characters of a query are shown in a table.
const SHOWN_CHARS: usize = 72;

#[derive(Args)]
pub struct Compare {
    /// Folder with corpus.jsonl, queries.jsonl and qrels.tsv or qrels/test.tsv, or with several
    /// such folders
    folder: PathBuf,
    /// The two modes, separated by a comma
    #[arg(long, value_name = "MODE,MODE", default_value = "text,neural")]
    modes: String,
    /// How many queries are shown for each mode
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Encode long texts passage by passage; otherwise only their beginning
    #[arg(long)]
    passages: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A query as answered in both modes.
struct Pair<'a> {
    one: &'a Answered,
    other: &'a Answered,
}

impl Compare {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let (one, other) = two_modes(&self.modes)?;
        let benchmarks = Benchmarks::open(&self.folder, model)?;
        let mut listed = Vec::new();
        for folder in benchmarks.folders() {
            let benchmark = benchmarks.load(folder, self.passages)?;
            let name = benchmarks::name(folder)?;
            benchmarks::tell_gaps(&name, &benchmark);
            let runs = [one, other].map(|mode| benchmark.run(mode, Route::Auto));
            let [first, second] = runs;
            let (first, second) = (first?, second?);
            for (ahead, behind) in [(&first, &second), (&second, &first)] {
                let pairs = widest(ahead, behind, self.limit);
                if self.json {
                    let modes = (ahead.mode, behind.mode);
                    listed.extend(pairs.iter().map(|pair| pair.json(&name, modes)));
                } else {
                    print(out, &name, ahead.mode, behind.mode, &pairs)?;
                }
            }
        }
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&listed)?)?;
        }
        Ok(())
    }
}

/// Parses `text,neural`.
fn two_modes(text: &str) -> Result<(Mode, Mode)> {
    let modes: Vec<Mode> = text
        .split(',')
        .map(|mode| mode.trim().parse())
        .collect::<Result<_, _>>()?;
    match modes[..] {
        [one, other] if one != other => Ok((one, other)),
        _ => bail!("--modes is '{text}'; give two different modes, such as text,neural"),
    }
}

/// The queries with the largest lead of one mode over the other, in descending order.
fn widest<'a>(ahead: &'a Run, behind: &'a Run, limit: usize) -> Vec<Pair<'a>> {
    let pairs = ahead.answered.iter().zip(&behind.answered);
    let pairs = pairs.map(|(one, other)| Pair { one, other });
    let mut pairs: Vec<Pair<'_>> = pairs.filter(|pair| pair.lead() > 0.0).collect();
    // Ties stay in order of the queries' ids.
    pairs.sort_by(|a, b| b.lead().total_cmp(&a.lead()));
    pairs.truncate(limit);
    pairs
}

impl Pair<'_> {
    fn lead(&self) -> f64 {
        self.one.ndcg_at_10 - self.other.ndcg_at_10
    }

    fn json(&self, benchmark: &str, (ahead, behind): (Mode, Mode)) -> serde_json::Value {
        let of = |answered: &Answered| json!({ "ndcg@10": answered.ndcg_at_10, "first_relevant": answered.first_relevant });
        json!({
            "benchmark": benchmark,
            "id": self.one.id,
            "query": self.one.text,
            "ahead": ahead.name(),
            "difference": self.lead(),
            ahead.name(): of(self.one),
            behind.name(): of(self.other),
        })
    }
}

fn print(
    out: &mut dyn Write,
    benchmark: &str,
    ahead: Mode,
    behind: Mode,
    pairs: &[Pair<'_>],
) -> Result<()> {
    writeln!(
        out,
        "{benchmark}: where {ahead} is furthest ahead of {behind}, by nDCG@10 and the rank of the \
         first relevant record"
    )?;
    let mut table = Table::new(&[ahead.name(), "first", behind.name(), "first", "id", "query"]);
    for Pair { one, other } in pairs {
        table.row([
            format!("{:.4}", one.ndcg_at_10),
            place(one),
            format!("{:.4}", other.ndcg_at_10),
            place(other),
            printable(&one.id),
            shortened(&one.text),
        ]);
    }
    writeln!(out, "{}", table.text())?;
    Ok(())
}

fn place(answered: &Answered) -> String {
    let rank = answered.first_relevant;
    rank.map_or_else(|| "not in the first 100".into(), |rank| rank.to_string())
}

/// The beginning of a query on one line.
fn shortened(text: &str) -> String {
    let mut shown: String = printable(text).chars().take(SHOWN_CHARS).collect();
    if text.chars().count() > SHOWN_CHARS {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn run(mode: Mode, figures: &[f64]) -> Run {
        let answered = figures.iter().zip('a'..).map(|(&ndcg_at_10, id)| Answered {
            id: id.to_string(),
            text: format!("query {id}"),
            ranking: Vec::new(),
            scores: Vec::new(),
            ndcg_at_10,
            recall_at_100: 0.0,
            reciprocal_rank_at_10: 0.0,
            first_relevant: (ndcg_at_10 > 0.0).then_some(1),
            time: Duration::ZERO,
        });
        Run {
            mode,
            answered: answered.collect(),
        }
    }

    #[test]
    fn the_widest_leads_come_first_and_equal_figures_not_at_all() {
        let text = run(Mode::Text, &[0.5, 1.0, 0.2, 0.0, 0.75]);
        let neural = run(Mode::Neural, &[0.5, 0.0, 0.9, 0.0, 0.5]);
        let ids = |ahead, behind, limit| -> String {
            let pairs = widest(ahead, behind, limit);
            pairs.iter().map(|pair| pair.one.id.as_str()).collect()
        };
        assert_eq!(ids(&text, &neural, 10), "be");
        assert_eq!(ids(&text, &neural, 1), "b");
        assert_eq!(ids(&neural, &text, 10), "c");
        let mut out = Vec::new();
        print(
            &mut out,
            "bench",
            Mode::Text,
            Mode::Neural,
            &widest(&text, &neural, 1),
        )
        .unwrap();
        let printed = String::from_utf8(out).unwrap();
        let line = printed.lines().nth(2).unwrap();
        let expected = "1.0000  1      0.0000  not in the first 100  b   query b";
        assert_eq!(line, expected);
    }

    #[test]
    fn two_different_modes_are_asked_for() {
        assert_eq!(
            two_modes("text, hybrid").unwrap(),
            (Mode::Text, Mode::Hybrid)
        );
        for bad in ["text", "text,text", "text,neural,hybrid", ""] {
            assert!(two_modes(bad).is_err(), "{bad}");
        }
    }
}
