//! ZIP archives, including EPUB and DOCX files. The unpacked size is limited, because a small
//! archive can unpack to a huge amount.

use std::borrow::Cow;
use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Kind, MAX_DOCUMENT_BYTES};

/// The limit on the total unpacked size of an archive.
const MAX_UNPACKED: u64 = 16 * MAX_DOCUMENT_BYTES as u64;

/// The bits of a Unix mode that tell the type of a file, and their value for a symbolic link.
const TYPE_BITS: u32 = 0o170_000;
const SYMBOLIC_LINK: u32 = 0o120_000;

/// An open archive.
pub struct Archive<R> {
    zip: ZipArchive<R>,
    unpacked: u64,
}

/// A file in an archive.
pub struct Entry {
    /// Its path, separated by `/`.
    pub name: String,
    /// Its index in the archive.
    pub index: usize,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the list of files.
    ///
    /// # Errors
    /// The archive is damaged.
    pub fn open(source: R) -> Result<Self, String> {
        let zip = ZipArchive::new(source)
            .map_err(|error| format!("the ZIP archive is damaged or cut ({error})"))?;
        Ok(Self { zip, unpacked: 0 })
    }

    /// Returns the source, rewound to its beginning.
    pub fn into_inner(self) -> std::io::Result<R> {
        let mut source = self.zip.into_inner();
        source.rewind()?;
        Ok(source)
    }

    /// Its files, without folders and symbolic links.
    pub fn entries(&self) -> Vec<Entry> {
        let names = self.zip.file_names().enumerate();
        let names = names.filter_map(|(index, name)| {
            let name = name.map(Cow::into_owned).ok()?.replace('\\', "/");
            let is_file = !name.ends_with('/') && !self.is_link(index);
            is_file.then_some(Entry { name, index })
        });
        names.collect()
    }

    /// Whether an entry is a symbolic link. What it contains is the path it points to.
    fn is_link(&self, index: usize) -> bool {
        let entry = self.zip.by_index_data(index).ok();
        let mode = entry.and_then(|entry| entry.unix_mode());
        mode.is_some_and(|mode| mode & TYPE_BITS == SYMBOLIC_LINK)
    }

    /// Reads a file by name, if it exists.
    ///
    /// # Errors
    /// The file cannot be unpacked.
    pub fn by_name(&mut self, name: &str, most: usize) -> Result<Option<Vec<u8>>, String> {
        match self.zip.index_for_name(name) {
            Some(index) => self.by_index(index, most).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a file by its index in [`Archive::entries`], with at most `most` bytes.
    ///
    /// # Errors
    /// The file cannot be unpacked.
    pub fn by_index(&mut self, index: usize, most: usize) -> Result<Vec<u8>, String> {
        let file = self.zip.by_index(index).map_err(|error| match error {
            ZipError::UnsupportedArchive(what) => format!("cannot be unpacked: {what}"),
            other => format!("the ZIP archive is damaged ({other})"),
        })?;
        let most = most as u64;
        let left = MAX_UNPACKED.saturating_sub(self.unpacked);
        let limit = left.min(most);
        let mut bytes = Vec::new();
        let read = file.take(limit + 1).read_to_end(&mut bytes);
        self.unpacked += bytes.len() as u64;
        read.map_err(|error| format!("the ZIP archive is damaged ({error})"))?;
        if bytes.len() as u64 <= limit {
            return Ok(bytes);
        }
        Err(if left < most {
            let gigabytes = MAX_UNPACKED >> 30;
            format!(
                "the archive unpacks to more than {gigabytes} GB in all, which is the limit; \
                 unpack it and index its folder"
            )
        } else {
            format!("unpacked, it is larger than {most} bytes")
        })
    }
}

/// Determines an archive's type by its contents: a document, or `None` for a folder of files.
///
/// # Errors
/// It is a document of an unsupported type, with advice on what to do.
pub fn kind_of_archive<R: Read + Seek>(archive: &mut Archive<R>) -> Result<Option<Kind>, String> {
    let entries = archive.entries();
    let holds = |start: &str| entries.iter().any(|entry| entry.name.starts_with(start));
    if holds("[Content_Types].xml") {
        if holds("word/") {
            return Ok(Some(Kind::Docx));
        }
        if holds("xl/") {
            return Err("this is a workbook (.xlsx); save the sheet as CSV".into());
        }
        if holds("ppt/") {
            return Err("these are slides (.pptx); save them as PDF".into());
        }
    }
    if holds("META-INF/container.xml") {
        return Ok(Some(Kind::Epub));
    }
    let kind = archive
        .by_name("mimetype", 256)
        .ok()
        .flatten()
        .unwrap_or_default();
    if kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
        return Err("this is a workbook (.ods); save the sheet as CSV".into());
    }
    if kind.starts_with(b"application/vnd.oasis.opendocument") {
        return Err("this is an OpenDocument file; save it as .docx or PDF".into());
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn writer() -> (ZipWriter<Cursor<Vec<u8>>>, SimpleFileOptions) {
        let zip = ZipWriter::new(Cursor::new(Vec::new()));
        (zip, SimpleFileOptions::default())
    }

    #[test]
    fn folders_and_symbolic_links_are_no_files() {
        let (mut zip, options) = writer();
        zip.add_directory("b", options).unwrap();
        zip.add_symlink("a-link.txt", "b/a.txt", options).unwrap();
        zip.start_file("b/a.txt", options).unwrap();
        zip.write_all(b"good").unwrap();
        let mut archive = Archive::open(zip.finish().unwrap()).unwrap();
        let entries = archive.entries();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].name, "b/a.txt");
        assert_eq!(archive.by_index(entries[0].index, 9).unwrap(), b"good");
    }

    #[test]
    fn a_file_that_is_too_large_is_told_the_limit_it_exceeds() {
        let (mut zip, options) = writer();
        zip.start_file("a.txt", options).unwrap();
        zip.write_all(&[b'x'; 100]).unwrap();
        let mut archive = Archive::open(zip.finish().unwrap()).unwrap();
        let own = archive.by_index(0, 99).unwrap_err();
        assert_eq!(own, "unpacked, it is larger than 99 bytes");
        for left in [99, 0] {
            archive.unpacked = MAX_UNPACKED - left;
            let total = archive.by_index(0, 100).unwrap_err();
            assert!(total.contains("more than 1 GB in all"), "{total}");
            assert!(total.contains("index its folder"), "{total}");
        }
        archive.unpacked = MAX_UNPACKED - 100;
        assert_eq!(archive.by_index(0, 100).unwrap().len(), 100);
    }
}
