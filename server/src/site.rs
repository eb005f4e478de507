//! The built page: where its files are, and whether all files it refers to are there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The name of the page's files, without the hash of their contents.
pub const NAME: &str = "parallax";
/// Their folder in the site.
pub const PACKAGE: &str = "pkg";

/// The file with the hash in each file's name; cargo-leptos writes it beside the binary.
const HASHES: &str = "hash.txt";
/// The kinds of files the page requires.
const KINDS: [&str; 3] = ["css", "js", "wasm"];

/// The folder of the built site: beside the binary, as in development, or where
/// `cargo leptos build` puts it.
///
/// # Errors
/// If there is none, or a file that the page refers to is missing. The server then does not start,
/// because the page would be useless without its style or script.
pub fn root() -> Result<PathBuf> {
    let binary = std::env::current_exe().context("cannot find this binary's path")?;
    let folder = binary.parent().unwrap_or(Path::new("."));
    let hashes = std::fs::read_to_string(folder.join(HASHES));
    let site = [folder.join("site"), folder.join("../site")]
        .into_iter()
        .find(|site| site.join(PACKAGE).is_dir());
    let (Ok(hashes), Some(site)) = (hashes, site) else {
        anyhow::bail!(
            "no built page beside {}: build it with `make build`; if you copy the binary, copy \
             `site` and `{HASHES}` with it",
            binary.display()
        );
    };
    let site = site.canonicalize().unwrap_or(site);
    let missing: Vec<String> = names(&hashes)
        .into_iter()
        .map(|name| site.join(PACKAGE).join(name))
        .filter(|file| !file.is_file())
        .map(|file| file.display().to_string())
        .collect();
    ensure!(
        missing.is_empty(),
        "files of the page are missing: {}; rebuild it with `make build`, or, if the binary was \
         copied, copy `site` and `{HASHES}` of the same build",
        missing.join(", ")
    );
    Ok(site)
}

/// The names of the page's files; a kind without a hash has its plain name.
fn names(hashes: &str) -> Vec<String> {
    let hash_of = |kind: &str| {
        let mut lines = hashes.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(of, _)| of.trim() == kind)
    };
    let name = |kind: &str| match hash_of(kind) {
        Some((_, hash)) => format!("{NAME}.{}.{kind}", hash.trim()),
        None => format!("{NAME}.{kind}"),
    };
    KINDS.map(name).to_vec()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn each_file_is_called_by_its_hash() {
        let hashes = "js: A-b_1\nwasm: C\ncss: D\nmanifest: E\n";
        let expected = ["parallax.D.css", "parallax.A-b_1.js", "parallax.C.wasm"];
        assert_eq!(names(hashes), expected);
        assert_eq!(names("js: A\n")[0], "parallax.css");
    }
}
