//! `parallax explain`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use parallax::Query;
use parallax::vocabulary::{
    Explanation, FusionExplanation, LateExplanation, MeaningExplanation, WordsExplanation,
};

use super::search::printable;
use super::{Data, Ranking, make_pieces};

/// The length of the longest bar in characters.
const BAR: f32 = 24.0;

/// Printed for a record that is in no ranking.
const KEPT_OUT: &str = "the query's conditions or filters exclude it";

#[derive(Args)]
pub struct Explain {
    /// The query
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// The id of the record
    #[arg(allow_hyphen_values = true)]
    id: String,
    /// The collection
    #[arg(long, value_name = "NAME")]
    collection: String,
    #[command(flatten)]
    ranking: Ranking,
    /// Print the API's response
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

impl Explain {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let query = Query::try_from(&self.ranking.request(self.query))?;
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.collection)?;
        make_pieces(collection.encoder().encoder());
        let explanation = collection.explain(&query, &self.id)?;
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&explanation)?)?;
            return Ok(());
        }
        let record = collection.record(&self.id)?;
        writeln!(out, "{}", printable(&record.title))?;
        print(out, &explanation)
    }
}

fn print(out: &mut dyn Write, explanation: &Explanation) -> Result<()> {
    if let Some(fusion) = &explanation.fusion {
        print_fusion(out, fusion)?;
    }
    if let Some(late) = &explanation.late_interaction {
        print_late(out, late)?;
    }
    if let Some(meaning) = &explanation.meaning {
        print_meaning(out, meaning)?;
    }
    print_words(out, &explanation.words)
}

fn print_fusion(out: &mut dyn Write, fusion: &FusionExplanation) -> Result<()> {
    writeln!(out, "\nFused score {:.5}", fusion.score)?;
    let own = fusion.from_words.max(fusion.from_meaning);
    let largest = own.max(fusion.from_neighbours);
    let parts = [
        ("by meaning", fusion.rank_meaning, fusion.from_meaning),
        ("by words", fusion.rank_words, fusion.from_words),
    ];
    for (how, rank, added) in parts {
        let rank = rank.map_or_else(|| "after the best".to_owned(), |rank| format!("#{rank}"));
        let bar = bar(added, largest);
        writeln!(out, "  {:<25} {added:>8.5} {bar}", format!("{rank} {how}"))?;
    }
    if fusion.neighbours.is_empty() {
        return Ok(());
    }
    let (added, bar) = (fusion.from_neighbours, bar(fusion.from_neighbours, largest));
    writeln!(out, "  {:<25} {added:>8.5} {bar}", "by similar records")?;
    for near in &fusion.neighbours {
        writeln!(
            out,
            "    {:<18} {:>8.5} cosine {:.3}: {}",
            printable(&near.id),
            near.added,
            near.cosine,
            printable(&near.title)
        )?;
    }
    Ok(())
}

fn print_late(out: &mut dyn Write, late: &LateExplanation) -> Result<()> {
    writeln!(out, "\nScore {:.5}", late.score)?;
    let largest = late.from_meaning.max(late.from_words);
    let parts = [
        ("by the cosine", late.from_meaning),
        ("by late interaction", late.from_words),
    ];
    for (how, added) in parts {
        writeln!(out, "  {how:<20} {added:>8.5} {}", bar(added, largest))?;
    }
    for pair in &late.words {
        let record = pair.record.as_deref().unwrap_or("nothing");
        let what = format!("{} - {}", printable(&pair.query), printable(record));
        writeln!(
            out,
            "    {what:<32} {:>8.5} weight {:.3}, similarity {:.3}",
            pair.added, pair.weight, pair.similarity
        )?;
    }
    Ok(())
}

fn print_meaning(out: &mut dyn Write, meaning: &MeaningExplanation) -> Result<()> {
    let rank = match meaning.rank {
        Some(rank) => format!("#{rank} by meaning"),
        None => format!("but {KEPT_OUT}"),
    };
    writeln!(out, "\nMeaning: cosine {:.4}, {rank}", meaning.cosine)?;
    let Some(split) = &meaning.split else {
        writeln!(
            out,
            "  its vector was supplied with the record, so its words' shares are unknown"
        )?;
        return Ok(());
    };
    let pairs = split.pairs.iter().map(|pair| pair.share);
    let rest = meaning.cosine - split.special - pairs.clone().sum::<f32>();
    let largest = pairs.fold(split.special.max(rest), f32::max);
    writeln!(out, "  shares of the similarity, not its causes")?;
    let mut line =
        |what: &str, share: f32| writeln!(out, "  {what:<34} {share:>8.4} {}", bar(share, largest));
    line("[CLS] and [SEP]", split.special)?;
    for pair in &split.pairs {
        let what = format!("{} - {}", printable(&pair.query), printable(&pair.record));
        line(&what, pair.share)?;
    }
    line("all other pairs", rest)?;
    Ok(())
}

fn print_words(out: &mut dyn Write, words: &WordsExplanation) -> Result<()> {
    match words.rank {
        Some(rank) => writeln!(out, "\nWords: BM25 {:.4}, #{rank} by words", words.score)?,
        None if words.terms.is_empty() => writeln!(out, "\nWords: not found by words")?,
        None => writeln!(out, "\nWords: BM25 {:.4}, but {KEPT_OUT}", words.score)?,
    }
    let contributions = words.terms.iter().map(|term| term.contribution);
    let largest = contributions.fold(0.0, f32::max);
    for term in &words.terms {
        let fields = term.fields.iter();
        let fields = fields.map(|count| format!("{} {}x", count.field, count.occurrences));
        let fields: Vec<String> = fields.collect();
        writeln!(
            out,
            "  {:<20} {:>8.4} {:<24} idf {:.3}, frequency {}, norm {:.3}, boost {:.2}; {}",
            printable(&term.word),
            term.contribution,
            bar(term.contribution, largest),
            term.idf,
            term.frequency,
            term.norm,
            term.boost,
            printable(&fields.join(", "))
        )?;
    }
    for missing in &words.missing {
        let why = match missing.unknown {
            true => "in no record",
            false => "not in this record",
        };
        writeln!(out, "  {:<20} {why}", printable(&missing.word))?;
    }
    Ok(())
}

/// A bar proportional to a part of the largest; empty if the part is not positive.
fn bar(part: f32, largest: f32) -> String {
    let length = if largest > 0.0 {
        (part / largest * BAR).round()
    } else {
        0.0
    };
    "#".repeat(length.clamp(0.0, BAR) as usize)
}
