//! How the defaults of the weights were chosen: each benchmark is evaluated with the weight that is
//! best for the others.

use anyhow::Result;
use parallax::evaluation::{Benchmark, leave_one_out};
use parallax::query::Fusion;
use parallax::{Mode, Query};

use super::super::table::Table;

/// A setting that is chosen.
pub struct Weight {
    /// The mode that uses it.
    mode: Mode,
    /// What the settings are, as a sentence.
    what: &'static str,
    /// The settings to choose from.
    settings: fn() -> Vec<Query>,
    name: fn(&Query) -> String,
}

/// The balance of words and meaning.
pub const HYBRID: Weight = Weight {
    mode: Mode::Hybrid,
    what: "The settings are shares of meaning and reciprocal rank fusion.",
    settings: fusions,
    name: |query| fusion_name(query.fusion),
};

/// The weight of late interaction in a ranking by meaning.
pub const LATE: Weight = Weight {
    mode: Mode::Neural,
    what: "The settings are weights of late interaction; 0 ranks by the cosine alone.",
    settings: late_shares,
    name: |query| format!("late interaction {}", query.late_share),
};

/// The figures of all settings, by benchmark.
pub struct Choice {
    weight: &'static Weight,
    names: Vec<String>,
    figures: Vec<Vec<f64>>,
}

impl Choice {
    /// Nothing measured yet.
    pub fn new(weight: &'static Weight) -> Self {
        Self {
            weight,
            names: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// Measures a benchmark and adds it.
    pub fn measure(&mut self, name: &str, benchmark: &Benchmark) -> Result<()> {
        let mut figures = Vec::new();
        for setting in (self.weight.settings)() {
            let run = benchmark.run_as(&Query {
                mode: self.weight.mode,
                ..setting
            })?;
            figures.push(run.quality().ndcg_at_10.mean);
        }
        self.names.push(name.to_owned());
        self.figures.push(figures);
        Ok(())
    }

    /// The section of the report.
    pub fn markdown(&self) -> String {
        let Weight {
            mode,
            what,
            settings,
            name,
        } = self.weight;
        let mut header = vec![format!("nDCG@10 of {mode} with")];
        header.extend(self.names.iter().cloned());
        header.push("mean".into());
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let mut table = Table::new(&header);
        let names: Vec<String> = settings().iter().map(name).collect();
        let figure = |figure: f64| format!("{figure:.4}");
        for (at, name) in names.iter().enumerate() {
            let figures: Vec<f64> = self.figures.iter().map(|of| of[at]).collect();
            let mean = figures.iter().sum::<f64>() / figures.len() as f64;
            let figures = figures.into_iter().chain([mean]).map(figure);
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
                figure(left_out.figure),
                names[left_out.best].clone(),
            ]);
        }
        format!(
            "\n## The default of {mode}\n\n{what} Each benchmark is left out in turn, and the others \
             choose its setting. The default is {}.\n\n{}\n{}",
            name(&Query::new("")),
            table.markdown(),
            chosen.markdown()
        )
    }
}

fn fusions() -> Vec<Query> {
    const SHARES: [f32; 7] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    let weighted = SHARES.map(|meaning| Fusion::Weighted { meaning });
    let all = weighted.into_iter().chain([Fusion::ReciprocalRank]);
    let query = |fusion| Query {
        fusion,
        ..Query::new("")
    };
    all.map(query).collect()
}

fn late_shares() -> Vec<Query> {
    let shares = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0];
    let query = |late_share| Query {
        late_share,
        ..Query::new("")
    };
    shares.map(query).into()
}

fn fusion_name(fusion: Fusion) -> String {
    match fusion {
        Fusion::Weighted { meaning } => format!("balance {meaning}"),
        Fusion::ReciprocalRank => "reciprocal ranks".into(),
    }
}
