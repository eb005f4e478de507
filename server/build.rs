//! Lists the files of the built page for the compiler, if they are to be part of the binary (feature
//! `embedded-page`). Otherwise the list is empty, and the server reads the files when it runs.

use std::env;
use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// What page-build writes last.
const DIGESTS: &str = "hash.txt";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    println!("cargo::rerun-if-env-changed=PARALLAX_PAGE");
    let mut table = String::from("&[\n");
    if env::var_os("CARGO_FEATURE_EMBEDDED_PAGE").is_some() {
        // `.ci/page` builds the page while everything else is compiled.
        if env::var_os("PARALLAX_PAGE").is_some_and(|page| page == "later") {
            return Err(io::Error::other("the page is built later"));
        }
        let site = site();
        println!("cargo::rerun-if-changed={}", site.display());
        if !site.join(DIGESTS).is_file() {
            println!(
                "cargo::error=there is no built page in {}, which the feature `embedded-page` makes \
                 part of the binary; build it with `make build`, or leave the feature out",
                site.display()
            );
            return Ok(());
        }
        for file in files(&site)? {
            write_file(&mut table, &site, &file)?;
        }
    }
    table.push(']');
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(folder.join("page.rs"), table)
}

/// Where page-build puts the page.
fn site() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    root.join(target).join("site")
}

/// All files of the site except compressed copies, in a stable order.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if !path.extension().is_some_and(|is| is == "br" || is == "gz") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Adds a file and its compressed copies to the table of `site::files::File`.
fn write_file(table: &mut String, site: &Path, file: &Path) -> io::Result<()> {
    let path = file.strip_prefix(site).map_err(io::Error::other)?;
    let included = |file: &Path| format!("include_bytes!({:?})", file.display().to_string());
    let copy = |extension: &str| {
        let copy = PathBuf::from(format!("{}.{extension}", file.display()));
        match copy.is_file() {
            true => format!("Some({})", included(&copy)),
            false => "None".to_owned(),
        }
    };
    let mut hash = DefaultHasher::new();
    hash.write(&fs::read(file)?);
    writeln!(
        table,
        "File {{ path: {:?}, content: {}, brotli: {}, gzip: {}, tag: {:?} }},",
        path.display().to_string(),
        included(file),
        copy("br"),
        copy("gz"),
        format!("W/\"{:016x}\"", hash.finish()),
    )
    .map_err(io::Error::other)
}
