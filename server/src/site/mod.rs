//! The built page: where its files are, and whether all files it refers to are there.

mod files;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use parallax_app::files::{Names, PageFiles};

pub use self::files::{EMBEDDED, File, Files};

/// The name of the page's files, without the hash of their contents.
pub const NAME: &str = "parallax";
/// Their folder in the site.
pub const PACKAGE: &str = "pkg";

/// The file with the hash in each file's name: page-build writes it into the site, and cargo-leptos
/// beside the binary.
const HASHES: &str = "hash.txt";
/// The files the page requires: their kind, name and extension.
const STYLE: (&str, &str, &str) = ("css", NAME, "css");
const SCRIPT: (&str, &str, &str) = ("js", NAME, "js");
const WASM: (&str, &str, &str) = ("wasm", NAME, "wasm");
/// The script that loads the code of single pages.
const LOADER: (&str, &str, &str) = ("split", "__wasm_split", "js");
/// What its name has in place of a hash.
const UNHASHED: &str = "______________________";
/// The list of the files with the code of single pages.
const PARTS: (&str, &str, &str) = ("manifest", "__wasm_split_manifest", "json");

/// The built page.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its files, with those of `public/`.
    pub files: Files,
    /// What the document loads.
    pub page: PageFiles,
}

impl Site {
    /// That of this binary, or else of a folder: `site` beside the binary, as in development, or
    /// where page-build puts it.
    ///
    /// # Errors
    /// If there is none, or a file that the page refers to is missing. The server then does not
    /// start, because the page would be useless without its style or script.
    pub fn find() -> Result<Self> {
        if !EMBEDDED.is_empty() {
            return Self::new(Files::InBinary(EMBEDDED), None);
        }
        let binary = std::env::current_exe().context("cannot find this binary's path")?;
        Self::beside(binary.parent().unwrap_or(Path::new(".")))
    }

    /// That of a binary in this folder.
    fn beside(folder: &Path) -> Result<Self> {
        let site = [folder.join("site"), folder.join("../site")]
            .into_iter()
            .find(|site| site.join(PACKAGE).is_dir());
        let Some(site) = site else {
            bail!(
                "no built page beside the binary in {}: build it with `make build`, which makes it \
                 part of the binary; if you copy a binary without its page, copy `site` with it",
                folder.display()
            );
        };
        let site = site.canonicalize().unwrap_or(site);
        Self::new(Files::InFolder(site), Some(folder.join(HASHES)))
    }

    /// That of some files.
    fn new(files: Files, hashes: Option<PathBuf>) -> Result<Self> {
        let hashes = match (files.read(HASHES), hashes) {
            (Ok(own), _) => String::from_utf8_lossy(&own).into_owned(),
            (Err(_), Some(file)) => std::fs::read_to_string(&file).with_context(|| {
                format!(
                    "cannot read {}; build the page with `make build`",
                    file.display()
                )
            })?,
            (Err(error), None) => {
                return Err(error).context("the page of this binary has no names");
            }
        };
        let list = name(&hashes, PARTS);
        let parts = files.read(&format!("{PACKAGE}/{list}"));
        let names = Names {
            style: name(&hashes, STYLE),
            script: name(&hashes, SCRIPT),
            wasm: name(&hashes, WASM),
            loader: name(&hashes, LOADER),
            // One that cannot be read lists none.
            parts: serde_json::from_slice(&parts.unwrap_or_default()).unwrap_or_default(),
        };
        let missing = missing(&files, &names, list);
        ensure!(
            missing.is_empty(),
            "files of the page are missing: {}; rebuild it with `make build`, or, if the binary was \
             copied, copy `site` of the same build",
            missing.join(", ")
        );
        Ok(Self {
            files,
            page: PageFiles::new(PACKAGE, names),
        })
    }
}

/// The files that the page refers to and that are not there.
fn missing(files: &Files, names: &Names, list: String) -> Vec<String> {
    let Names {
        style,
        script,
        wasm,
        loader,
        parts,
    } = names;
    let parts = parts.values().flatten().map(|part| format!("{part}.wasm"));
    let mut missing: Vec<String> = [style, script, wasm, loader]
        .into_iter()
        .cloned()
        .chain([list])
        .chain(parts)
        .map(|name| format!("{PACKAGE}/{name}"))
        .filter(|path| !files.has(path))
        .map(|path| files.called(&path))
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

/// The name of a file; a kind without a hash has its plain name.
fn name(hashes: &str, (kind, name, extension): (&str, &str, &str)) -> String {
    let mut lines = hashes.lines().filter_map(|line| line.split_once(':'));
    match lines.find(|(of, _)| of.trim() == kind) {
        Some((_, hash)) => format!("{name}.{}.{extension}", hash.trim()),
        None if kind == LOADER.0 => format!("{name}.{UNHASHED}.{extension}"),
        None => format!("{name}.{extension}"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The files of a page, and what those that are read contain.
    const FILES: [(&str, &str); 7] = [
        (
            "hash.txt",
            "js: bb\nwasm: cc\ncss: aa\nmanifest: ee\nsplit: dd\n",
        ),
        ("site/pkg/parallax.aa.css", ""),
        ("site/pkg/parallax.bb.js", ""),
        ("site/pkg/parallax.cc.wasm", ""),
        ("site/pkg/__wasm_split.dd.js", ""),
        (
            "site/pkg/__wasm_split_manifest.ee.json",
            r#"{"about": ["chunk_1.ff", "split_about.ff"], "values": []}"#,
        ),
        ("site/pkg/chunk_1.ff.wasm", ""),
    ];
    const PART: &str = "site/pkg/split_about.ff.wasm";

    /// The page beside a binary, with all but one of its files.
    fn without(missing: &str) -> Result<Site> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        for (file, content) in FILES.into_iter().chain([(PART, "")]) {
            if file != missing {
                fs::write(folder.path().join(file), content).unwrap();
            }
        }
        Site::beside(folder.path())
    }

    #[test]
    fn a_file_that_the_page_names_must_be_there() {
        without("").unwrap();
        for (file, _) in FILES.into_iter().chain([(PART, "")]) {
            let said = format!("{:#}", without(file).unwrap_err());
            let name = file.rsplit('/').next().unwrap();
            assert!(said.contains(name), "{said}");
            assert!(said.contains("make build"), "{said}");
        }
        let nothing = tempfile::tempdir().unwrap();
        let said = Site::beside(nothing.path()).unwrap_err().to_string();
        assert!(said.contains("make build"), "{said}");
    }

    #[test]
    fn a_page_in_the_binary_is_checked_like_one_in_a_folder() {
        let file = |path, content: &'static str| File {
            path,
            content: content.as_bytes(),
            brotli: None,
            gzip: None,
            tag: "W/\"1\"",
        };
        let all = FILES.into_iter().chain([(PART, "")]);
        let all = all.map(|(path, content)| file(path.trim_start_matches("site/"), content));
        let all: &'static [File] = all.collect::<Vec<_>>().leak();
        Site::new(Files::InBinary(all), None).unwrap();
        let said = Site::new(Files::InBinary(&all[..7]), None).unwrap_err();
        assert!(said.to_string().contains("split_about.ff.wasm"), "{said}");
    }

    #[test]
    fn each_file_is_called_by_its_hash() {
        let hashes = "js: A-b_1\nwasm: C\ncss: D\nmanifest: E\nsplit: F\n";
        let expected = [
            "parallax.D.css",
            "parallax.A-b_1.js",
            "parallax.C.wasm",
            "__wasm_split.F.js",
        ];
        let files = [STYLE, SCRIPT, WASM, LOADER];
        assert_eq!(files.map(|file| name(hashes, file)), expected);
        assert_eq!(name("js: A\n", STYLE), "parallax.css");
    }
}
