//! `parallax ask`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use parallax::Filter;
use parallax::sent::Content;

use super::Data;
use super::search::printable;

#[derive(Args)]
pub struct Ask {
    /// The question
    #[arg(allow_hyphen_values = true)]
    question: String,
    /// The collection, which must contain questions and answers
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// Filter as field:value; may be given several times
    #[arg(long, value_name = "FIELD:VALUE", allow_hyphen_values = true)]
    filter: Vec<String>,
    /// Print the API's response
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

impl Ask {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let filters = Filter::from_texts(&self.filter)?;
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.collection)?;
        let reply = collection.ask(&self.question, filters)?;
        if self.json {
            let reply = reply.sent(collection.schema(), Content::Original(&[]))?;
            writeln!(out, "{}", serde_json::to_string_pretty(&reply)?)?;
            return Ok(());
        }
        match &reply.answer {
            Some(answer) => writeln!(out, "{}", lines(answer))?,
            None => writeln!(out, "I don't know.")?,
        }
        if let Some(nearest) = &reply.nearest {
            writeln!(
                out,
                "\nThe nearest question: {} (similarity {:.3})",
                printable(&nearest.record.title),
                nearest.score
            )?;
        }
        Ok(())
    }
}

/// The lines of an answer, each safe to print on a terminal.
fn lines(answer: &str) -> String {
    let lines: Vec<String> = answer.lines().map(printable).collect();
    lines.join("\n")
}
