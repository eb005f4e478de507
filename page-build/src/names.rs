//! The names of the page's files. A name contains a digest, so that a browser may keep the file for
//! ever. All code has the same digest, that of all of it together, so a new version never loads a
//! part of an old one, and a file's name is known without reading those that refer to it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::Files;
use crate::code::{Code, LOADER, NAME};

/// What stands for the digest of the code in the code itself. It is as long as the digest, so that
/// one can replace the other in WebAssembly too.
pub const PLACEHOLDER: &str = "______________________";

/// The file with the digests in the other files' names. The server reads it.
pub const DIGESTS: &str = "hash.txt";

/// The page's files, by their names in the site.
pub fn named(code: Code, style: Vec<u8>) -> Result<Files> {
    let loader = String::from_utf8(code.loader).context("the loader of parts is not UTF-8")?;
    let mut unnamed: BTreeMap<(String, &str), Vec<u8>> = BTreeMap::from([
        ((NAME.to_owned(), "wasm"), code.main),
        ((NAME.to_owned(), "js"), code.script),
        (
            (LOADER.to_owned(), "js"),
            loader_of_named(loader, code.parts.keys())?.into_bytes(),
        ),
        (
            (format!("{LOADER}_manifest"), "json"),
            serde_json::to_vec(&list(&code.pages))?,
        ),
    ]);
    unnamed.extend(
        code.parts
            .into_iter()
            .map(|(name, part)| ((name, "wasm"), part)),
    );

    let digest = digest(
        unnamed
            .iter()
            .map(|((name, _), content)| (&**name, &**content)),
    );
    let style_digest = self::digest([("", &*style)]);
    let mut files: Files = unnamed
        .into_iter()
        .map(|((name, extension), content)| {
            let path = format!("pkg/{name}.{digest}.{extension}");
            (path, replaced(content, &digest))
        })
        .collect();
    files.insert(format!("pkg/{NAME}.{style_digest}.css"), style);
    files.insert(
        DIGESTS.to_owned(),
        format!(
            "js: {digest}\nwasm: {digest}\ncss: {style_digest}\nmanifest: {digest}\nsplit: {digest}\n"
        )
        .into_bytes(),
    );
    Ok(files)
}

/// The script that loads parts, with the names they are given.
fn loader_of_named<'a>(
    mut loader: String,
    parts: impl Iterator<Item = &'a String>,
) -> Result<String> {
    for part in parts {
        let plain = format!("./{part}.wasm");
        ensure!(
            loader.contains(&plain),
            "the script that loads parts does not name {plain}"
        );
        loader = loader.replace(&plain, &format!("./{part}.{PLACEHOLDER}.wasm"));
    }
    Ok(loader)
}

/// The parts that each page needs, by their names without extension.
fn list(pages: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, Vec<String>> {
    let named = pages.iter().map(|(page, parts)| {
        let parts = parts.iter().map(|part| format!("{part}.{PLACEHOLDER}"));
        (&**page, parts.collect())
    });
    named.collect()
}

/// A digest of files' names and contents: 128 bits as 22 characters of base64.
fn digest<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        for field in [name.as_bytes(), content] {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field);
        }
    }
    BASE64_URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
}

/// A file's content with the digest in place of each placeholder.
fn replaced(mut content: Vec<u8>, digest: &str) -> Vec<u8> {
    let (from, to) = (PLACEHOLDER.as_bytes(), digest.as_bytes());
    let mut at = 0;
    while let Some(window) = content.get_mut(at..at + from.len()) {
        if window == from {
            window.copy_from_slice(to);
            at += from.len();
        } else {
            at += 1;
        }
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(about: &str) -> Code {
        Code {
            main: format!("\0asm./{LOADER}.{PLACEHOLDER}.js").into_bytes(),
            script: format!("import './{LOADER}.{PLACEHOLDER}.js'").into_bytes(),
            loader: format!(
                "import './{NAME}.{PLACEHOLDER}.js';f('./chunk_1.wasm');f('./chunk_10.wasm');f('./split_about.wasm')"
            )
            .into_bytes(),
            parts: [("chunk_1", "1"), ("chunk_10", "10"), ("split_about", about)]
                .map(|(name, part)| (name.to_owned(), part.into()))
                .into(),
            pages: [(
                "about".to_owned(),
                vec!["chunk_1".to_owned(), "chunk_10".into(), "split_about".into()],
            )]
            .into(),
        }
    }

    fn text<'f>(files: &'f Files, begin: &str, end: &str) -> &'f str {
        let mut found = files
            .iter()
            .filter(|(path, _)| path.starts_with(begin) && path.ends_with(end));
        let (Some((_, content)), None) = (found.next(), found.next()) else {
            panic!("not one file {begin}*{end}");
        };
        std::str::from_utf8(content).unwrap()
    }

    #[test]
    fn every_name_that_a_file_mentions_is_that_of_a_file() {
        let files = named(code("page"), b"a{}".to_vec()).unwrap();
        assert_eq!(files.len(), 9);
        let quoted = |text: &str| -> Vec<String> {
            let names = text
                .split(['\'', '"'])
                .filter(|name| name.starts_with("./"));
            names.map(|name| name.replacen("./", "pkg/", 1)).collect()
        };
        let loader = quoted(text(&files, "pkg/__wasm_split.", ".js"));
        assert_eq!(loader.len(), 4);
        let script = quoted(text(&files, "pkg/parallax.", ".js"));
        assert_eq!(script.len(), 1);
        for name in loader.iter().chain(&script) {
            assert!(files.contains_key(name), "{name}");
        }
        // WebAssembly names the script that loads parts, too.
        let main = text(&files, "pkg/parallax.", ".wasm");
        assert_eq!(format!("pkg/{}", &main["\0asm./".len()..]), script[0]);
        let list: BTreeMap<String, Vec<String>> =
            serde_json::from_str(text(&files, "pkg/__wasm_split_manifest.", ".json")).unwrap();
        assert_eq!(list["about"].len(), 3);
        for part in &list["about"] {
            assert!(files.contains_key(&format!("pkg/{part}.wasm")), "{part}");
        }
    }

    #[test]
    fn a_changed_part_renames_all_code_and_not_the_style() {
        let names = |about| -> Vec<String> {
            let files = named(code(about), b"a{}".to_vec()).unwrap();
            files.into_keys().collect()
        };
        let (old, new) = (names("page"), names("pagf"));
        let same: Vec<&String> = old.iter().filter(|name| new.contains(name)).collect();
        assert_eq!(same.len(), 2, "{same:?}");
        assert!(same.iter().any(|name| name.ends_with(".css")));
        assert!(same.iter().any(|name| *name == DIGESTS));
        assert_eq!(old, names("page"));
    }

    #[test]
    fn the_server_finds_each_name_by_its_kind() {
        let files = named(code("page"), b"a{}".to_vec()).unwrap();
        let digests = std::str::from_utf8(&files[DIGESTS]).unwrap();
        let of = |kind: &str| {
            let mut lines = digests.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(name, _)| *name == kind).unwrap().1
        };
        for (kind, name, extension) in [
            ("js", "parallax", "js"),
            ("wasm", "parallax", "wasm"),
            ("css", "parallax", "css"),
            ("split", "__wasm_split", "js"),
            ("manifest", "__wasm_split_manifest", "json"),
        ] {
            assert_eq!(of(kind).len(), PLACEHOLDER.len());
            let path = format!("pkg/{name}.{}.{extension}", of(kind));
            assert!(files.contains_key(&path), "{path}");
        }
    }

    #[test]
    fn a_part_that_nothing_loads_is_an_error() {
        let mut code = code("page");
        code.parts.insert("split_lost".into(), b"lost".to_vec());
        let error = named(code, Vec::new()).unwrap_err().to_string();
        assert!(error.contains("split_lost"), "{error}");
    }
}
