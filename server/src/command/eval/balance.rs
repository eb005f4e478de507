//! How the default balance between words and meaning was chosen: each benchmark is evaluated with
//! the balance that is best for the others.

use anyhow::Result;
use parallax::evaluation::{Benchmark, leave_one_out};
use parallax::query::Fusion;
use parallax::{Mode, Query};

use super::super::table::Table;

/// The settings to choose from: shares of meaning, and reciprocal rank fusion.
const SHARES: [f32; 7] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

/// The figures of all settings, by benchmark.
#[derive(Default)]
pub struct Balances {
    names: Vec<String>,
    figures: Vec<Vec<f64>>,
}

impl Balances {
    /// Measures a benchmark and adds it.
    pub fn measure(&mut self, name: &str, benchmark: &Benchmark) -> Result<()> {
        let mut figures = Vec::new();
        for fusion in settings() {
            let run = benchmark.run_as(&Query {
                mode: Mode::Hybrid,
                fusion,
                ..Query::new("")
            })?;
            figures.push(run.quality().ndcg_at_10.mean);
        }
        self.names.push(name.to_owned());
        self.figures.push(figures);
        Ok(())
    }

    /// The section of the report.
    pub fn markdown(&self) -> String {
        let mut header = vec!["nDCG@10 of hybrid with"];
        header.extend(self.names.iter().map(String::as_str));
        let mut table = Table::new(&header);
        let names: Vec<String> = settings().map(name).collect();
        for (at, name) in names.iter().enumerate() {
            let figures = self.figures.iter().map(|of| format!("{:.4}", of[at]));
            table.row(std::iter::once(name.clone()).chain(figures));
        }
        let mut chosen = Table::new(&[
            "left out",
            "the others choose",
            "nDCG@10",
            "best for itself",
        ]);
        for (left_out, own) in leave_one_out(&self.figures).iter().zip(&self.names) {
            chosen.row([
                own.clone(),
                names[left_out.chosen].clone(),
                format!("{:.4}", left_out.figure),
                names[left_out.best].clone(),
            ]);
        }
        format!(
            "\n## The default of hybrid\n\nThe settings are shares of meaning and reciprocal rank \
             fusion. Each benchmark is left out in turn, and the others choose its setting. The \
             default is {}.\n\n{}\n{}",
            name(Fusion::default()),
            table.markdown(),
            chosen.markdown()
        )
    }
}

fn settings() -> impl Iterator<Item = Fusion> {
    let weighted = SHARES
        .into_iter()
        .map(|meaning| Fusion::Weighted { meaning });
    weighted.chain([Fusion::ReciprocalRank])
}

fn name(fusion: Fusion) -> String {
    match fusion {
        Fusion::Weighted { meaning } => format!("balance {meaning}"),
        Fusion::ReciprocalRank => "reciprocal ranks".into(),
    }
}
