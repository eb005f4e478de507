//! The report of `--write`: every benchmark in every mode, as Markdown.

use std::fmt::Write;
use std::path::Path;

use parallax::Mode;
use parallax::evaluation::{PERMUTATIONS, RESAMPLES};
use parallax::query::Route;

use super::super::table::Table;
use super::measure::{Measured, Setting, corrected};

/// What the report contains. Without passages: all modes, and the graph, which would not be used
/// otherwise. With passages: only the modes that use vectors, because words are not affected.
pub fn parts() -> Vec<(bool, Vec<Setting>)> {
    let mut plain = Mode::ALL
        .map(|mode| Setting::new(mode, Route::Auto))
        .to_vec();
    plain.push(Setting::new(Mode::Neural, Route::Graph));
    plain.push(Setting {
        late_share: 0.0,
        ..Setting::new(Mode::Neural, Route::Auto)
    });
    plain.push(Setting {
        neighbours: false,
        ..Setting::new(Mode::Hybrid, Route::Auto)
    });
    let passages = [Mode::Neural, Mode::Hybrid].map(|mode| Setting::new(mode, Route::Auto));
    vec![(false, plain), (true, passages.to_vec())]
}

/// The report. `measured` must contain the measurements of [`parts`], benchmark by benchmark.
pub fn markdown(command: &str, model: &Path, model_hash: &str, measured: &[Measured]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail, here and below.
    let _ = write!(text, "{}", preamble(command, model, model_hash));
    for pair in measured.chunk_by(|one, next| one.name == next.name) {
        if let [plain, passages] = pair {
            let _ = write!(text, "\n{}", section(plain, passages));
        }
    }
    text
}

fn preamble(command: &str, model: &Path, model_hash: &str) -> String {
    let model = model.file_name().unwrap_or(model.as_os_str());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "# Ranking quality\n\
         \n\
         Written by `{command}`, with the model {} ({}), on {cores} cores. `make quality` \
         regenerates it, and `make quality-check` compares the figures with those of trec_eval.\n\
         \n\
         - nDCG@10, recall@100 and MRR@10 are means over the judged queries, as trec_eval \
         defines them. Brackets show the 95 % interval of a percentile bootstrap over \
         the queries, with {RESAMPLES} resamples.\n\
         - p comes from a two-sided paired randomisation test on nDCG@10, with {PERMUTATIONS} \
         permutations; next to it, corrected for the number of comparisons in its table (Holm).\n\
         - p50 and p99 are the times of whole queries, run one after the other and encoded without \
         the cache.\n\
         - *neural, graph* finds neighbours with the HNSW graph, which a collection this \
         small would not use otherwise.\n\
         - *neural, no late interaction* ranks by the cosine alone, which is how published figures \
         are computed.\n\
         - *hybrid, no neighbours* leaves the scores of similar records out.\n\
         - With passages, a text that is too long for the model is encoded in several parts, as \
         `parallax index` does. Otherwise only its beginning is encoded, as for published figures.\n",
        model.to_string_lossy(),
        model_hash.get(..12).unwrap_or(model_hash),
    )
}

fn section(plain: &Measured, passages: &Measured) -> String {
    let mut text = format!(
        "## {}\n\n{} records, {} judged queries.\n\n",
        plain.name,
        plain.records,
        plain.queries()
    );
    let _ = write!(text, "{}", plain.figures().markdown());
    let _ = write!(
        text,
        "\nWith passages:\n\n{}",
        passages.figures().markdown()
    );
    let mut table = Table::new(&["nDCG@10 of", "differs by", "p", "corrected"]);
    let of_passages = passages.rows.iter().filter_map(|row| {
        let mut rows = plain.rows.iter();
        let without = rows.find(|plain| plain.setting.name() == row.setting.name())?;
        let mode = row.setting.name();
        let pair = format!("{mode} with passages against without");
        Some((pair, row.run.against(&without.run)))
    });
    let all: Vec<_> = plain.differences().into_iter().chain(of_passages).collect();
    let corrected = corrected(&all);
    for ((pair, difference), corrected) in all.into_iter().zip(corrected) {
        table.row([
            pair,
            format!("{:+.4}", difference.mean),
            format!("{:.4}", difference.p),
            format!("{corrected:.4}"),
        ]);
    }
    let _ = write!(text, "\n{}", table.markdown());
    text
}
