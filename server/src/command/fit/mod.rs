//! `parallax fit`: how well are nonsense queries told from genuine ones?
//!
//! Two sets of queries, meant for a collection of start-ups. Queries without an answer there: 100
//! strings of random letters, and the first 100 queries of a benchmark on another subject. Queries
//! with one: 200 short queries for start-ups. Every second query of a set is used to calibrate the
//! threshold; the others are used to measure. The same queries show how many records are counted
//! as answers.

mod totals;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use parallax::evaluation::{SplitMix64, first_queries};
use parallax::{Collection, Mode, Query};

use super::Data;

/// Queries of one to six words that people looking for start-ups might type.
const GENUINE: &str = include_str!("../../../../benches/fit/genuine.txt");
/// How many random strings, and how many of the benchmark's queries.
const STRANGE: usize = 100;
/// The seed of the random letters.
const SEED: u64 = 1;

#[derive(Args)]
pub struct Fit {
    /// A collection of start-ups
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// Folder of a benchmark on another subject, with queries.jsonl
    #[arg(long, value_name = "BEIRDIR")]
    strange: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Fit {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let queries = first_queries(&self.strange, STRANGE)?;
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.collection)?;
        let genuine: Vec<String> = GENUINE.lines().map(str::to_owned).collect();
        let letters = Outcome::all(&collection, &random_letters())?;
        let strange = Outcome::all(&collection, &queries)?;
        let asked_for = &genuine[..];
        let genuine = Outcome::all(&collection, asked_for)?;
        writeln!(
            out,
            "says that nothing fits:       calibration     measured"
        )?;
        for (what, asked) in [
            ("random letters", &letters),
            ("another subject", &strange),
            ("genuine queries", &genuine),
        ] {
            let share = |half| share(asked, half) * 100.0;
            writeln!(
                out,
                "  {what:<24} {:>11.1} % {:>10.1} %",
                share(1),
                share(0)
            )?;
        }
        let both: Vec<Outcome> = letters.into_iter().chain(strange).collect();
        let (low, high) = line(&both, &genuine);
        writeln!(
            out,
            "no answer, both kinds: {:.1} %; the calibration halves are best separated by a threshold between {low:.3} and {high:.3}",
            share(&both, 0) * 100.0
        )?;
        totals::print(&collection, asked_for, out)
    }
}

/// A query and the result of its answer.
struct Outcome {
    fits: bool,
    strength: f32,
    half: usize,
}

impl Outcome {
    fn all(collection: &Collection, queries: &[String]) -> Result<Vec<Self>> {
        let ask = |(at, text): (usize, &String)| {
            let answer = collection.search(&Query {
                mode: Mode::Neural,
                operators: false,
                late_share: 0.0,
                ..Query::new(text)
            })?;
            let nearest: Vec<f32> = answer.hits.iter().map(|hit| hit.score).collect();
            let generation = collection.generation();
            let unrelated = generation.unrelated();
            let unrelated = unrelated.context("the collection is too small to calibrate")?;
            Ok(Self {
                fits: answer.fits.unwrap_or(true),
                strength: unrelated.strength(&nearest).unwrap_or(0.0),
                half: (at + 1) % 2,
            })
        };
        queries.iter().enumerate().map(ask).collect()
    }
}

/// The share of one half for which the answer says that nothing fits.
fn share(asked: &[Outcome], half: usize) -> f64 {
    let of_half = asked.iter().filter(|asked| asked.half == half);
    let (said, all) = of_half.fold((0, 0), |(said, all), asked| {
        (said + usize::from(!asked.fits), all + 1)
    });
    f64::from(said as u32) / f64::from(all.max(1) as u32)
}

/// The range of thresholds with the fewest errors on the calibration halves. Errors are weighted
/// by how rare they should be: at most one in ten strange and one in twenty genuine queries.
fn line(strange: &[Outcome], genuine: &[Outcome]) -> (f32, f32) {
    let strengths = |asked: &[Outcome]| -> Vec<f32> {
        let half = asked.iter().filter(|asked| asked.half == 1);
        half.map(|asked| asked.strength).collect()
    };
    let (strange, genuine) = (strengths(strange), strengths(genuine));
    let below =
        |of: &[f32], line: f32| of.iter().filter(|&&s| s < line).count() as f64 / of.len() as f64;
    let cost = |line: f32| ((1.0 - below(&strange, line)) / 0.1).max(below(&genuine, line) / 0.05);
    let lines: Vec<f32> = (0..2_000).map(|at| at as f32 / 1_000.0).collect();
    let least = lines
        .iter()
        .map(|&line| cost(line))
        .fold(f64::INFINITY, f64::min);
    let best: Vec<f32> = lines
        .into_iter()
        .filter(|&line| cost(line) <= least)
        .collect();
    (
        best.first().copied().unwrap_or_default(),
        best.last().copied().unwrap_or_default(),
    )
}

/// One to three random words of five to twelve letters each.
fn random_letters() -> Vec<String> {
    let mut random = SplitMix64::new(SEED);
    let mut below = |end| random.below(end);
    let mut strings = Vec::new();
    for _ in 0..STRANGE {
        let mut words = Vec::new();
        for _ in 0..=below(3) {
            let letters = 5 + below(8);
            words.push(
                (0..letters)
                    .map(|_| char::from(b'a' + below(26) as u8))
                    .collect::<String>(),
            );
        }
        strings.push(words.join(" "));
    }
    strings
}
