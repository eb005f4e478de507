//! The built page: where its files are, and whether all files it refers to are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The name of the page's files, without the hash of their contents.
pub const NAME: &str = "parallax";
/// Their folder in the site.
pub const PACKAGE: &str = "pkg";

/// The file with the hash in each file's name; cargo-leptos writes it beside the binary.
const HASHES: &str = "hash.txt";
/// The files the page requires: their kind, name and extension.
const FILES: [(&str, &str, &str); 4] = [
    ("css", NAME, "css"),
    ("js", NAME, "js"),
    ("wasm", NAME, "wasm"),
    (SPLIT, "__wasm_split", "js"),
];
/// The kind of the script that loads the code of single pages.
const SPLIT: &str = "split";
/// What its name has in place of a hash.
const UNHASHED: &str = "______________________";
/// The list of the files with the code of single pages: its kind, name and extension.
const PARTS: (&str, &str, &str) = ("manifest", "__wasm_split_manifest", "json");

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
    let package = site.join(PACKAGE);
    let files = FILES.map(|file| name(&hashes, file));
    let list = name(&hashes, PARTS);
    let parts = std::fs::read_to_string(package.join(&list)).map(|list| parts(&list));
    let missing: Vec<String> = files
        .into_iter()
        .chain([list])
        .chain(parts.unwrap_or_default())
        .map(|name| package.join(name))
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

/// The name of a file; a kind without a hash has its plain name.
fn name(hashes: &str, (kind, name, extension): (&str, &str, &str)) -> String {
    let mut lines = hashes.lines().filter_map(|line| line.split_once(':'));
    match lines.find(|(of, _)| of.trim() == kind) {
        Some((_, hash)) => format!("{name}.{}.{extension}", hash.trim()),
        None if kind == SPLIT => format!("{name}.{UNHASHED}.{extension}"),
        None => format!("{name}.{extension}"),
    }
}

/// The names of the files with the code of single pages. Their list names those of each page,
/// without extension; one that cannot be read has none.
fn parts(list: &str) -> Vec<String> {
    let pages: BTreeMap<String, Vec<String>> = serde_json::from_str(list).unwrap_or_default();
    let parts = pages.into_values().flatten();
    parts.map(|part| format!("{part}.wasm")).collect()
}

#[cfg(test)]
mod tests {
    use super::{FILES, name, parts};

    #[test]
    fn each_file_is_called_by_its_hash() {
        let hashes = "js: A-b_1\nwasm: C\ncss: D\nmanifest: E\nsplit: F\n";
        let expected = [
            "parallax.D.css",
            "parallax.A-b_1.js",
            "parallax.C.wasm",
            "__wasm_split.F.js",
        ];
        assert_eq!(FILES.map(|file| name(hashes, file)), expected);
        assert_eq!(name("js: A\n", FILES[0]), "parallax.css");
    }

    #[test]
    fn each_page_may_have_several_files() {
        let list = r#"{"about": ["chunk_4.A", "split_about.B"], "values": []}"#;
        assert_eq!(parts(list), ["chunk_4.A.wasm", "split_about.B.wasm"]);
    }
}
