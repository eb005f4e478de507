//! The folder of the built page.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::Files;

/// Makes an empty folder.
pub fn empty(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", folder.display()));
        }
        _ => {}
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// Adds the files of a folder, by their paths in it.
pub fn add_assets(folder: &Path, files: &mut Files) -> Result<()> {
    for (path, file) in listed(folder)? {
        let content = fs::read(&file);
        let content = content.with_context(|| format!("cannot read {}", file.display()))?;
        if files.insert(path, content).is_some() {
            bail!(
                "{} has the name of a file of the built page; rename it",
                file.display()
            );
        }
    }
    Ok(())
}

/// Makes the folder contain exactly these files. Those that are the same already are left alone, so
/// that the server is not compiled again for them.
pub fn write(files: &Files, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (path, file) in listed(folder)? {
        if !files.contains_key(&path) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    for (path, content) in files {
        let file = folder.join(path);
        if fs::read(&file).is_ok_and(|old| old == *content) {
            continue;
        }
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// All files below a folder, with their paths in it as an address has them.
fn listed(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        let entries = fs::read_dir(&folder);
        let entries = entries.with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push((format!("{path}/"), entry.path()));
            } else {
                found.push((path, entry.path()));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_has_the_new_files_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let old = [
            ("pkg/a.1.js", "1"),
            ("pkg/a.1.js.br", "1"),
            ("logo.svg", "x"),
        ];
        let new = [("pkg/a.2.js", "2"), ("logo.svg", "y")];
        for version in [&old[..], &new[..]] {
            let files = version
                .iter()
                .map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec()))
                .collect();
            write(&files, &site).unwrap();
            let mut found = Files::new();
            add_assets(&site, &mut found).unwrap();
            assert_eq!(found, files);
        }
    }

    #[test]
    fn a_file_that_is_the_same_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::from([("a.js".to_owned(), b"1".to_vec())]);
        write(&files, folder.path()).unwrap();
        // A file that cannot be written would now fail.
        let file = folder.path().join("a.js");
        let changed = || fs::metadata(&file).unwrap().modified().unwrap();
        let before = changed();
        write(&files, folder.path()).unwrap();
        assert_eq!(changed(), before);
    }

    #[test]
    fn an_asset_must_not_replace_a_file_of_the_page() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("hash.txt"), "x").unwrap();
        let mut files = Files::from([("hash.txt".to_owned(), Vec::new())]);
        let error = add_assets(folder.path(), &mut files).unwrap_err();
        assert!(error.to_string().contains("hash.txt"), "{error}");
    }
}
