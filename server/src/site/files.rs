//! The files of the site: in a folder, or part of the binary.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is part of the binary.
#[derive(Debug)]
// Without the feature, only tests have some.
#[cfg_attr(not(feature = "embedded-page"), allow(dead_code))]
pub struct File {
    /// Its path in the site.
    pub path: &'static str,
    /// Its content.
    pub content: &'static [u8],
    /// The same in Brotli, if that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// The same in gzip, if that is smaller.
    pub gzip: Option<&'static [u8]>,
    /// The entity tag of its content, however it is sent.
    pub tag: &'static str,
}

/// Those of this binary; none without the feature `embedded-page`. `build.rs` lists them.
pub static EMBEDDED: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Where the files of the site are.
#[derive(Clone, Debug)]
pub enum Files {
    /// In a folder.
    InFolder(PathBuf),
    /// In the binary.
    InBinary(&'static [File]),
}

impl Files {
    /// The content of a file.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read.
    pub fn read(&self, path: &str) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::InFolder(folder) => std::fs::read(folder.join(path)).map(Cow::Owned),
            Self::InBinary(files) => {
                let file = files.iter().find(|file| file.path == path);
                let file = file.ok_or(io::ErrorKind::NotFound)?;
                Ok(Cow::Borrowed(file.content))
            }
        }
    }

    /// Whether there is such a file.
    pub fn has(&self, path: &str) -> bool {
        match self {
            Self::InFolder(folder) => folder.join(path).is_file(),
            Self::InBinary(files) => files.iter().any(|file| file.path == path),
        }
    }

    /// How a message calls a file.
    pub fn called(&self, path: &str) -> String {
        match self {
            Self::InFolder(folder) => folder.join(Path::new(path)).display().to_string(),
            Self::InBinary(_) => path.to_owned(),
        }
    }
}
