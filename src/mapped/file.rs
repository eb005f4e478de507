//! A file of sections, mapped into memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use bytemuck::Pod;
use bytes::Bytes;

use super::map::map;
use super::range::FileRange;
use super::sections::{BLOCK, Directory, MAGIC, Section, TRAILER};
use super::values::Values;

/// More bytes than any directory has: a checksum per megabyte, and a few names.
const LONGEST_DIRECTORY: u64 = 64 << 20;

/// A mapped file and its directory. Its sections stay valid when it is dropped, and when the file
/// is replaced or deleted.
pub struct MappedFile {
    file: Arc<File>,
    bytes: Bytes,
    directory: Directory,
}

impl MappedFile {
    /// Maps a file written by [`super::SectionWriter`] with this format. Only the directory is
    /// read; see [`Self::checked`] and [`verify`] for the checksums of the sections.
    ///
    /// # Errors
    /// Why the file cannot be used, for the log; the caller builds the index again.
    pub fn open(path: &Path, format: u32) -> Result<Self, String> {
        Self::open_with(path, format, &[])
    }

    /// The same for a file of which some sections, given by name, are also read from start to end:
    /// the operating system then reads ahead in them.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_with(path: &Path, format: u32, in_order: &[&str]) -> Result<Self, String> {
        let (file, directory) = directory(path, format)?;
        let sections = directory.sections.iter();
        let in_order: Vec<_> = sections
            .filter(|section| in_order.contains(&section.name.as_str()))
            .map(|section| section.start..section.start.saturating_add(section.length))
            .collect();
        let bytes = map(&file, &in_order).map_err(|error| error.to_string())?;
        let size = bytes.len() as u64;
        let within = |section: &Section| {
            let end = section.start.checked_add(section.length);
            end.is_some_and(|end| end <= size)
                && section.checksums.len() as u64 == section.length.div_ceil(BLOCK as u64)
        };
        if !directory.sections.iter().all(within) {
            return Err("its directory contradicts itself".into());
        }
        Ok(Self {
            file: Arc::new(file),
            bytes,
            directory,
        })
    }

    /// What it was built from.
    pub fn about(&self) -> &[u8] {
        &self.directory.about
    }

    /// The bytes of a section, unchecked.
    ///
    /// # Errors
    /// That the section is missing.
    pub fn section(&self, name: &str) -> Result<Bytes, String> {
        let section = self.find(name)?;
        let start = section.start as usize;
        Ok(self.bytes.slice(start..start + section.length as usize))
    }

    /// The numbers of a section, unchecked.
    ///
    /// # Errors
    /// That the section is missing or does not consist of such numbers.
    pub fn values<T: Pod>(&self, name: &str) -> Result<Values<T>, String> {
        let values = Values::of_bytes(self.section(name)?);
        values.ok_or_else(|| format!("its section {name} has no whole number of entries"))
    }

    /// A section that is read piece by piece instead of through the mapping.
    ///
    /// # Errors
    /// That the section is missing.
    pub fn range(&self, name: &str) -> Result<FileRange, String> {
        let section = self.find(name)?;
        let file = Arc::clone(&self.file);
        Ok(FileRange::new(file, section.start, section.length))
    }

    /// The bytes of a section whose checksums match. This reads the whole section, so it is meant
    /// for small ones.
    ///
    /// # Errors
    /// That the section is missing or damaged.
    pub fn checked(&self, name: &str) -> Result<Bytes, String> {
        let bytes = self.section(name)?;
        let section = self.find(name)?;
        let sums = bytes.chunks(BLOCK).map(crc32fast::hash);
        if sums.eq(section.checksums.iter().copied()) {
            Ok(bytes)
        } else {
            Err(damaged(name))
        }
    }

    /// Compares every block of the file with its checksum. It is read, not mapped, so that memory
    /// stays free for what queries use.
    ///
    /// # Errors
    /// Which section is damaged, or why it cannot be read.
    pub fn verify(&self) -> Result<(), String> {
        compare(&self.file, &self.directory)
    }

    fn find(&self, name: &str) -> Result<&Section, String> {
        let mut sections = self.directory.sections.iter();
        let found = sections.find(|section| section.name == name);
        found.ok_or_else(|| format!("it has no section {name}"))
    }
}

/// Opens a file and does as [`MappedFile::verify`].
///
/// # Errors
/// Which section is damaged, or why it cannot be read.
pub fn verify(path: &Path, format: u32) -> Result<(), String> {
    let (file, directory) = directory(path, format)?;
    compare(&file, &directory)
}

fn compare(mut file: &File, directory: &Directory) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut block = vec![0; BLOCK];
    for section in &directory.sections {
        file.seek(SeekFrom::Start(section.start)).map_err(failed)?;
        let mut left = section.length;
        for &sum in &section.checksums {
            let part = &mut block[..left.min(BLOCK as u64) as usize];
            file.read_exact(part).map_err(failed)?;
            if crc32fast::hash(part) != sum {
                return Err(damaged(&section.name));
            }
            left -= part.len() as u64;
        }
    }
    Ok(())
}

/// What a file was built from, according to its directory.
pub fn about(path: &Path, format: u32) -> Option<Vec<u8>> {
    Some(directory(path, format).ok()?.1.about)
}

/// Opens a file and reads its directory, which is at its end.
fn directory(path: &Path, format: u32) -> Result<(File, Directory), String> {
    if cfg!(target_endian = "big") {
        return Err("it is little-endian, and this machine is not".into());
    }
    let mut file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        _ => error.to_string(),
    })?;
    let failed = |error: std::io::Error| error.to_string();
    let cut = || "it is cut short or of another version".to_owned();
    let size = file.metadata().map_err(failed)?.len();
    let trailer_at = size.checked_sub(TRAILER as u64).ok_or_else(cut)?;
    let mut magic = [0; MAGIC.len()];
    file.read_exact(&mut magic).map_err(failed)?;
    file.seek(SeekFrom::Start(trailer_at)).map_err(failed)?;
    let mut trailer = [0; TRAILER];
    file.read_exact(&mut trailer).map_err(failed)?;
    let number = |at: usize| {
        let bytes = trailer[at..].first_chunk().copied();
        u64::from_le_bytes(bytes.unwrap_or_default())
    };
    let (start, end) = (number(0), number(8));
    let sum = trailer[16..].first_chunk().copied().unwrap_or_default();
    if magic != *MAGIC || !trailer.ends_with(MAGIC) || end != trailer_at {
        return Err(cut());
    }
    let length = end.checked_sub(start).ok_or_else(cut)?;
    if length > LONGEST_DIRECTORY {
        return Err(cut());
    }
    let mut bytes = vec![0; length as usize];
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    file.read_exact(&mut bytes).map_err(failed)?;
    if crc32fast::hash(&bytes) != u32::from_le_bytes(sum) {
        return Err("its directory is damaged".into());
    }
    let directory: Directory = postcard::from_bytes(&bytes)
        .map_err(|error| format!("its directory is unreadable: {error}"))?;
    if directory.format != format {
        return Err("it was written by another version".into());
    }
    Ok((file, directory))
}

fn damaged(section: &str) -> String {
    format!("its section {section} is damaged: its checksum does not match")
}

#[cfg(test)]
mod tests {
    use super::super::SectionWriter;
    use super::*;

    const FORMAT: u32 = 3;

    fn written(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("index");
        let file = File::create(&path).unwrap();
        let mut writer = SectionWriter::new(file, FORMAT, b"about".to_vec()).unwrap();
        let numbers: Vec<u32> = (0..1_000).collect();
        writer
            .section("numbers", bytemuck::cast_slice(&numbers))
            .unwrap();
        writer.section("none", &[]).unwrap();
        writer.section("bytes", b"seven b").unwrap();
        writer.finish().unwrap();
        path
    }

    #[test]
    fn sections_are_read_back_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let file = MappedFile::open(&path, FORMAT).unwrap();
        assert_eq!(file.about(), b"about");
        let numbers = file.values::<u32>("numbers").unwrap();
        let bytes = file.checked("bytes").unwrap();
        assert!(file.values::<u64>("none").unwrap().is_empty());
        // They outlive the file's name and its directory.
        drop(file);
        std::fs::remove_file(&path).unwrap();
        assert!(numbers.iter().copied().eq(0..1_000));
        assert_eq!(&*bytes, b"seven b");
    }

    #[test]
    fn a_range_is_read_as_far_as_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let file = MappedFile::open_with(&path, FORMAT, &["numbers"]).unwrap();
        let range = file.range("numbers").unwrap();
        let mut two = [0u32; 2];
        assert!(range.read(4 * 998, bytemuck::cast_slice_mut(&mut two)));
        assert_eq!(two, [998, 999]);
        assert!(!range.read(4 * 999, bytemuck::cast_slice_mut(&mut two)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        assert!(MappedFile::open(&path, FORMAT + 1).is_err());
        let file = MappedFile::open(&path, FORMAT).unwrap();
        assert!(file.section("missing").is_err());
        assert!(file.values::<u32>("bytes").is_err());
        assert!(MappedFile::open(&folder.path().join("absent"), FORMAT).is_err());
    }

    #[test]
    fn every_damage_to_a_section_or_the_directory_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let whole = std::fs::read(&path).unwrap();
        let mut padding = 0;
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x40;
            std::fs::write(&path, flipped).unwrap();
            padding += usize::from(verify(&path, FORMAT).is_ok());
            std::fs::write(&path, &whole[..at]).unwrap();
            assert!(verify(&path, FORMAT).is_err(), "cut to {at} bytes");
        }
        // Only the bytes between sections are not covered, and they are never read.
        assert!(padding < 3 * 64, "{padding} changes went unnoticed");
    }
}
