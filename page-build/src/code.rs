//! From the linked WebAssembly to the files that a browser loads: the main file, the parts that
//! single pages need besides it, and the two scripts that load them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::names::PLACEHOLDER;
use crate::tools;

/// The name of the page's files.
pub const NAME: &str = "parallax";
/// The name of the script that loads parts.
pub const LOADER: &str = "__wasm_split";

/// The page's code. Scripts and WebAssembly refer to each other by names with a placeholder where
/// the digest of all of them will be.
#[derive(Default)]
pub struct Code {
    /// What every page loads.
    pub main: Vec<u8>,
    /// The script that starts it.
    pub script: Vec<u8>,
    /// The script that loads parts. It refers to them by their plain names.
    pub loader: Vec<u8>,
    /// The parts, by their names without extension.
    pub parts: BTreeMap<String, Vec<u8>>,
    /// The parts that each page needs.
    pub pages: BTreeMap<String, Vec<String>>,
}

/// Splits the code, and makes the scripts between it and the browser.
pub fn split(wasm: &[u8], work: &Path) -> Result<Code> {
    let parts = work.join("parts");
    let joined = work.join(format!("{NAME}.wasm"));
    let loader = format!("./{LOADER}.{PLACEHOLDER}.js");
    let script = format!("./{NAME}.{PLACEHOLDER}.js");
    let mut options = wasm_split_cli_support::Options::new(wasm);
    options.output_dir = &parts;
    options.main_out_path = &joined;
    options.link_name = &loader;
    options.main_module = &script;
    let split = wasm_split_cli_support::transform(options);
    let split = split.map_err(|error| anyhow!("cannot split the WebAssembly: {error:#}"))?;

    let bound = work.join("bound");
    Bindgen::new()
        .input_path(&joined)
        .out_name(NAME)
        .web(true)?
        // The parts import what the linker exports, by names that must not change.
        .keep_lld_exports(true)
        .demangle(false)
        .generate(&bound)
        .context("wasm-bindgen failed")?;
    ensure!(
        !bound.join("snippets").exists(),
        "a dependency of the page brings scripts of its own, which page-build does not copy"
    );

    let named = split.split_modules.iter().map(|file| {
        let name = file.file_stem().and_then(|name| name.to_str());
        let name = name.context("the file of a part has no name")?;
        Ok((name.to_owned(), read(file)?))
    });
    Ok(Code {
        main: read(&bound.join(format!("{NAME}_bg.wasm")))?,
        script: read(&bound.join(format!("{NAME}.js")))?,
        loader: read(&parts.join(&loader))?,
        parts: named.collect::<Result<_>>()?,
        pages: split.prefetch_map.into_iter().collect(),
    })
}

impl Code {
    /// The same in fewer bytes.
    pub fn optimised(self, work: &Path) -> Result<Self> {
        let folder = work.join("optimised");
        fs::create_dir_all(&folder)?;
        let write = |name: &str, content: &[u8]| -> Result<PathBuf> {
            let file = folder.join(name);
            fs::write(&file, content)?;
            Ok(file)
        };
        let main = write("main.wasm", &self.main)?;
        let parts = self.parts.iter().map(|(name, part)| {
            let file = write(&format!("{name}.wasm"), part)?;
            Ok((name.clone(), file))
        });
        let parts: BTreeMap<String, PathBuf> = parts.collect::<Result<_>>()?;
        // The main file takes about as long as all parts together.
        let (main_done, parts_done) = rayon::join(
            || tools::optimise([&*main]),
            || tools::optimise(parts.values().map(PathBuf::as_path)),
        );
        main_done?;
        parts_done?;
        let minified = |name: &str, content: &[u8]| {
            let file = write(name, content)?;
            tools::terser(&file)?;
            read(&file)
        };
        let parts = parts
            .into_iter()
            .map(|(name, file)| Ok((name, read(&file)?)));
        Ok(Self {
            main: read(&main)?,
            script: minified("script.mjs", &self.script)?,
            loader: minified("loader.mjs", &self.loader)?,
            parts: parts.collect::<Result<_>>()?,
            pages: self.pages,
        })
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
