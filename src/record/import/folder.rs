//! A folder of documents, on disk or in a ZIP archive. It yields every text, Markdown, PDF, EPUB
//! and DOCX file below it, in order of path. Hidden files and folders and symbolic links are
//! ignored. Files of other kinds are ignored too, but counted. A file that cannot be used is
//! skipped and reported by name.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::documents::{self, Archive, Kind};
use super::line::{Line, Rows};
use super::notes::Notes;
use crate::error::{Error, Result};

/// How many endings of ignored files are named in the note about them.
const MAX_ENDINGS: usize = 20;

/// The longest text after a dot that counts as a file's ending, in bytes.
const MAX_ENDING_BYTES: usize = 32;

/// The documents of a folder.
pub struct Folder {
    /// The files, in reading order.
    files: std::vec::IntoIter<Document>,
    archive: Option<Archive<File>>,
    read: u64,
    /// Lines of the last document that have not been returned yet.
    lines: VecDeque<Line>,
    bytes: Arc<AtomicU64>,
    notes: Notes,
}

struct Document {
    /// Its path within the folder, separated by `/`.
    name: String,
    kind: Kind,
    place: Place,
}

enum Place {
    /// On disk.
    At(PathBuf),
    /// In the archive.
    Packed(usize),
}

/// The documents among the files, and the number of other files by extension.
#[derive(Default)]
struct Found {
    documents: Vec<Document>,
    others: BTreeMap<String, u64>,
}

impl Found {
    fn take(&mut self, name: String, place: Place) {
        match Kind::of_name(&name) {
            Some(kind) => self.documents.push(Document { name, kind, place }),
            None => {
                let file = name.rsplit('/').next().unwrap_or_default();
                let ending = match file.rsplit_once('.') {
                    Some((_, ending)) if ending.len() <= MAX_ENDING_BYTES => ending,
                    _ => "no ending",
                };
                *self.others.entry(ending.to_ascii_lowercase()).or_default() += 1;
            }
        }
    }

    /// Creates the folder once all files were found. `path` is used in messages.
    fn folder(
        mut self,
        path: &Path,
        archive: Option<Archive<File>>,
        bytes: Arc<AtomicU64>,
        notes: Notes,
    ) -> Result<Folder> {
        if self.documents.is_empty() {
            let message = "holds no document: there is no .txt, .md, .pdf, .epub or .docx file in \
                           it (hidden files and symbolic links are skipped)";
            return Err(Error::import(path, message));
        }
        if !self.others.is_empty() {
            let others = self.others.iter().take(MAX_ENDINGS);
            let others = others.map(|(ending, count)| format!("{count} {ending}"));
            let mut others = others.collect::<Vec<_>>().join(", ");
            let more = self.others.len().saturating_sub(MAX_ENDINGS);
            if more > 0 {
                others += &format!(", and {more} more");
            }
            notes.say(format!("Files of other kinds were skipped: {others}."));
        }
        self.documents.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Folder {
            files: self.documents.into_iter(),
            archive,
            read: 0,
            lines: VecDeque::new(),
            bytes,
            notes,
        })
    }
}

impl Folder {
    /// Finds the documents below a folder. `bytes` counts the bytes read from them.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read; [`Error::Import`] if it contains no documents.
    pub fn open(path: &Path, bytes: Arc<AtomicU64>, notes: Notes) -> Result<Self> {
        let mut found = Found::default();
        let mut folders = vec![(String::new(), path.to_owned())];
        while let Some((above, folder)) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(Error::io(&folder))? {
                let entry = entry.map_err(Error::io(&folder))?;
                let kind = entry.file_type().map_err(Error::io(&entry.path()))?;
                let file_name = entry.file_name();
                let file_name = file_name.to_string_lossy();
                if file_name.starts_with('.') {
                    continue;
                }
                let name = format!("{above}{file_name}");
                if kind.is_dir() {
                    folders.push((format!("{name}/"), entry.path()));
                } else if kind.is_file() {
                    found.take(name, Place::At(entry.path()));
                }
            }
        }
        found.folder(path, None, bytes, notes)
    }

    /// Finds the documents in an archive.
    ///
    /// # Errors
    /// [`Error::Import`] if it contains no documents.
    pub fn packed(
        path: &Path,
        archive: Archive<File>,
        bytes: Arc<AtomicU64>,
        notes: Notes,
    ) -> Result<Self> {
        let mut found = Found::default();
        for entry in archive.entries() {
            // Some programs write `./a.txt` for `a.txt`.
            let parts = entry.name.split('/');
            let parts: Vec<&str> = parts.filter(|part| !matches!(*part, "" | ".")).collect();
            let hidden = |part: &&str| part.starts_with('.') || *part == "__MACOSX";
            if !parts.is_empty() && !parts.iter().any(hidden) {
                found.take(parts.join("/"), Place::Packed(entry.index));
            }
        }
        found.folder(path, Some(archive), bytes, notes)
    }

    /// Reads a file, unless it is too large.
    fn contents(&mut self, file: &Document) -> Result<Vec<u8>, String> {
        let most = file.kind.max_bytes();
        let bytes = match (&file.place, &mut self.archive) {
            (Place::At(path), _) => {
                let mut bytes = Vec::new();
                File::open(path)
                    .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
                    .map_err(|error| format!("cannot be read: {error}"))?;
                bytes
            }
            (Place::Packed(index), Some(archive)) => archive.by_index(*index, most)?,
            (Place::Packed(_), None) => Vec::new(),
        };
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl Rows for Folder {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Some(line));
            }
            let Some(file) = self.files.next() else {
                return Ok(None);
            };
            self.read += 1;
            let line = self.read;
            let contents = self.contents(&file);
            let read = contents.and_then(|bytes| documents::read(file.kind, &file.name, bytes));
            match read {
                Ok(read) => {
                    for note in read.notes {
                        self.notes.say(format!("{}: {note}", file.name));
                    }
                    let records = read.records.into_iter();
                    self.lines
                        .extend(records.map(|payload| Line::Record { line, payload }));
                }
                Err(reason) => {
                    let reason = format!("{}: {reason}", file.name);
                    return Ok(Some(Line::Skipped { line, reason }));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::record::import::MAX_LINE_BYTES;
    use crate::record::import::tests::{lines, records, skipped};
    use crate::record::{FieldRoles, Format, Import, Payload, Schema};

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    #[test]
    fn texts_become_records_in_the_order_of_their_paths() {
        let folder = folder(&[
            ("b/deep/z.TXT", b"\xef\xbb\xbf\n A tale \nof two"),
            ("b/a.md", b"---\nx: 1\n---\nIntro\n# Head\nbody"),
            ("a.markdown", b"***"),
            ("picture.png", b"\x89PNG"),
            (".hidden.txt", b"no"),
            (".git/HEAD.txt", b"no"),
        ]);
        #[cfg(unix)]
        {
            let link = |to: &str, name: &str| {
                std::os::unix::fs::symlink(folder.path().join(to), folder.path().join(name))
                    .unwrap();
            };
            link("b/a.md", "link.md");
            link("b", "loop");
        }
        let mut import = Import::open(folder.path()).unwrap();
        assert_eq!(import.format(), Format::Folder);
        let lines: Vec<Line> = import.by_ref().map(Result::unwrap).collect();
        let read: Vec<(u64, [&str; 5])> = records(&lines)
            .into_iter()
            .map(|(line, fields)| {
                let field = |name: &str| fields[name].as_str().unwrap();
                let fields = ["path", "title", "text", "folder", "format"];
                (line, fields.map(field))
            })
            .collect();
        let expected = [
            (1, ["a.markdown", "a.markdown", "***", "", "markdown"]),
            (
                2,
                ["b/a.md", "Head", "Intro\n# Head\nbody", "b", "markdown"],
            ),
            (
                3,
                [
                    "b/deep/z.TXT",
                    "A tale",
                    "\n A tale \nof two",
                    "b/deep",
                    "text",
                ],
            ),
        ];
        assert_eq!(read, expected);
        assert_eq!(import.bytes_read(), 3 + 30 + 19);
        let (_, first) = records(&lines)[0];
        let schema = Schema::choose(std::slice::from_ref(first), &FieldRoles::default()).unwrap();
        assert_eq!(schema, Schema::documents());
    }

    #[test]
    fn front_matter_gives_title_facets_and_further_fields() {
        let post = |n: usize| {
            let tag = ["bread", "tea"][n % 2];
            let text = format!(
                "---\ntitle: Post {n}\ntags: [{tag}, food]\nauthor: Ann\n---\n## Head\nRye."
            );
            (format!("{n}.md"), text.into_bytes())
        };
        let posts: Vec<(String, Vec<u8>)> = (0..30).map(post).collect();
        let files: Vec<(&str, &[u8])> = posts
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_slice()))
            .collect();
        let folder = folder(&files);
        let lines: Vec<Line> = Import::open(folder.path())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let sample: Vec<Payload> = records(&lines)
            .iter()
            .map(|(_, fields)| (*fields).clone())
            .collect();
        assert_eq!(
            (&sample[0]["title"], &sample[0]["text"]),
            (&"Post 0".into(), &"## Head\nRye.".into())
        );
        let schema = Schema::choose(&sample, &FieldRoles::default()).unwrap();
        let facets: Vec<&str> = schema.facets.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(facets, ["folder", "tags"]);
        let words = schema.words().texts(&sample[0]);
        assert!(
            words.iter().any(|text| text == "bread, food")
                && words.iter().any(|text| text == "Ann")
        );
    }

    #[test]
    fn files_that_cannot_be_used_are_skipped_by_name() {
        let folder = folder(&[
            ("a.txt", b" \n"),
            ("b.md", b"---\na: b\n---\n"),
            ("c.txt", b"Caf\xe9 cr\xe8me"),
            ("d.txt", &vec![b'x'; MAX_LINE_BYTES + 1]),
            ("e.txt", b"good"),
        ]);
        let lines: Vec<Line> = Import::open(folder.path())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(records(&lines).len(), 1);
        let skipped = skipped(&lines);
        let needles = [
            "a.txt: the file is empty",
            "b.md: ",
            "c.txt: this is no UTF-8",
            "d.txt: ",
        ];
        for (index, needle) in needles.into_iter().enumerate() {
            assert_eq!(skipped[index].0, index as u64 + 1);
            assert!(skipped[index].1.starts_with(needle), "{skipped:?}");
        }
    }

    #[test]
    fn texts_in_other_encodings_are_read_where_these_can_be_told() {
        let long = "Schöne Grüße aus Köln an der Düssel. ".repeat(9);
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(&long);
        let wide: Vec<u8> = long.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = [b"\xff\xfe".to_vec(), wide].concat();
        let damaged = [long.as_bytes(), b"\xff"].concat();
        let folder = folder(&[("a.txt", &windows), ("b.md", &wide), ("c.txt", &damaged)]);
        let mut import = Import::open(folder.path()).unwrap();
        let lines: Vec<Line> = import.by_ref().map(Result::unwrap).collect();
        let records = records(&lines);
        assert_eq!(records.len(), 3);
        for (_, fields) in records {
            assert!(fields["text"].as_str().unwrap().starts_with(&long));
        }
        let notes = import.notes();
        assert!(
            notes[0].starts_with("a.txt") && notes[0].contains("windows-1252"),
            "{notes:?}"
        );
        assert!(notes[1].contains("UTF-16LE"), "{notes:?}");
        assert!(notes[2].contains("c.txt: Some of it"), "{notes:?}");
    }

    #[test]
    fn the_names_in_an_archive_are_those_of_its_folder() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        for name in [
            "./a.txt",
            ".\\b\\.\\c.txt",
            "d.txt",
            "./.git/e.txt",
            "./__MACOSX/a.txt",
            "b/./.f.txt",
        ] {
            zip.start_file(name, options).unwrap();
            zip.write_all(b"good").unwrap();
        }
        zip.add_symlink("./link.txt", "a.txt", options).unwrap();
        let read = lines("a.zip", &zip.finish().unwrap().into_inner());
        let records = records(&read).into_iter();
        let paths: Vec<&str> = records
            .map(|(_, fields)| fields["path"].as_str().unwrap())
            .collect();
        assert_eq!(paths, ["a.txt", "b/c.txt", "d.txt"]);
    }

    #[test]
    fn of_many_endings_only_the_first_are_named() {
        let names = |count: usize| (0..count).map(|number| format!("picture.e{number:02}"));
        for (count, end) in [(19, "1 e18, 1 no ending."), (24, "1 e19, and 5 more.")] {
            let long = format!("long.{}", "z".repeat(MAX_ENDING_BYTES + 1));
            let names: Vec<String> = names(count).chain([long, "a.txt".into()]).collect();
            let files: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
            let folder = folder(&files);
            let notes = Import::open(folder.path()).unwrap().notes();
            assert!(notes[0].starts_with("Files of other kinds"), "{notes:?}");
            assert!(notes[0].ends_with(end), "{notes:?}");
        }
    }

    #[test]
    fn a_folder_without_texts_is_refused() {
        let folder = folder(&[("a.png", b"x")]);
        let error = Import::open(folder.path()).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(".txt, .md"), "{error}");
    }
}
