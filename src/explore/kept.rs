//! What was found, saved next to a collection's indexes. It is a cache: if the file is missing or cannot
//! be used, queries are tried again.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::mapped::{MappedFile, SectionWriter};
use crate::storage::layout::BuiltFrom;
use crate::vocabulary::Mined;

/// The file's name in a collection's folder.
pub const FILE: &str = "explore.idx";

/// Changes with what is kept, and with how queries are drawn and judged.
const FORMAT: u32 = 1;

/// The section with the examples, as JSON.
const SECTION: &str = "mined";

/// What was found in a state of a collection.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The state, and the model.
    pub from: BuiltFrom,
    /// Whether search by meaning also ranked by the similarity of single words, as it does once their
    /// vectors have been made.
    pub with_late: bool,
    /// What was found.
    pub mined: Mined,
}

#[derive(Serialize, Deserialize)]
struct About {
    from: BuiltFrom,
    with_late: bool,
}

impl Kept {
    /// Reads a file.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn read(path: &Path) -> Result<Self, String> {
        let file = MappedFile::open(path, FORMAT)?;
        let about: About = postcard::from_bytes(file.about()).map_err(|error| error.to_string())?;
        let About { from, with_late } = about;
        let json = file.checked(SECTION)?;
        let mined = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
        Ok(Self {
            from,
            with_late,
            mined,
        })
    }

    /// Saves it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let fill = |file: &mut std::fs::File| -> io::Result<()> {
            let about = About {
                from: self.from.clone(),
                with_late: self.with_late,
            };
            let about = postcard::to_stdvec(&about).map_err(io::Error::other)?;
            let mut writer = SectionWriter::new(BufWriter::new(file), FORMAT, about)?;
            writer.section(SECTION, &serde_json::to_vec(&self.mined)?)?;
            writer.finish()?.flush()
        };
        atomic_file::write(path, |file| fill(file).map_err(Error::io(path)))
    }
}
