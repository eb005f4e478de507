//! Builds the page of Parallax for production, into `target/site`: WebAssembly, one file for the
//! search page and one for each of the others, their script, the stylesheet, and what is in
//! `public/`, each also compressed. `cargo leptos watch` does this in development; its own code
//! takes ten minutes to compile, and it links the page without optimising it as a whole.
//!
//! To be run in the repository's root. `target` is another folder if `CARGO_TARGET_DIR` is set.

mod code;
mod compress;
mod names;
mod site;
mod tools;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, ensure};

/// The contents of files, by their paths in the site.
type Files = BTreeMap<String, Vec<u8>>;

fn main() -> Result<()> {
    ensure!(
        Path::new("app/Cargo.toml").is_file(),
        "there is no app/Cargo.toml here; run page-build in the root of the repository"
    );
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    let work = target.join("page");
    site::empty(&work)?;

    let style = timed("style", || tools::tailwind(&work.join("style.css")))?;
    let wasm = timed("WebAssembly", || tools::compile(&target))?;
    let code = timed("split and bind", || code::split(&wasm, &work))?;
    let code = timed("optimise", || code.optimised(&work))?;
    let mut files = names::named(code, style)?;
    site::add_assets(Path::new("public"), &mut files)?;
    timed("compress", || compress::add_compressed(&mut files))?;
    site::write(&files, &target.join("site"))?;
    report(&files);
    Ok(())
}

/// Does one step, and prints how long it took.
fn timed<T>(step: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let done = work()?;
    println!("page: {step}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(done)
}

/// Prints what a browser loads for the search page, and for all pages.
fn report(files: &Files) {
    let size = |selected: &dyn Fn(&str) -> bool| -> usize {
        let selected = files.iter().filter(|(path, _)| selected(path));
        selected.map(|(_, content)| content.len()).sum()
    };
    let all = size(&|path| path.ends_with(".wasm.br"));
    let main = size(&|path| path.starts_with("pkg/parallax.") && path.ends_with(".wasm.br"));
    println!("page: {main} bytes of WebAssembly for the search page, {all} for all, as Brotli");
}
