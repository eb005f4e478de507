//! The programs that the builder runs: cargo, and those that npm installs into `style/`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Where npm puts programs.
const NPM: &str = "style/node_modules/.bin";
const TRIPLE: &str = "wasm32-unknown-unknown";
/// The profile in Cargo.toml that optimises for size.
const PROFILE: &str = "wasm-release";

/// Compiles the page as the browser runs it, and returns the WebAssembly.
///
/// `--crate-type cdylib`: only a crate that is nothing but a cdylib is optimised as a whole with its
/// dependencies. The split needs the linker's relocations; the flag is added to those of
/// `.cargo/config.toml`.
pub fn compile(target: &Path) -> Result<Vec<u8>> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo
        .args(["rustc", "--package", "parallax-app", "--lib"])
        .args(["--crate-type", "cdylib", "--profile", PROFILE])
        .args(["--target", TRIPLE])
        .args(["--no-default-features", "--features", "hydrate"])
        .args([
            "--config",
            r#"build.rustflags=["-Clink-arg=--emit-relocs"]"#,
        ]);
    run(&mut cargo)?;
    let file = target.join(TRIPLE).join(PROFILE).join("parallax_app.wasm");
    std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))
}

/// Makes the stylesheet.
pub fn tailwind(to: &Path) -> Result<Vec<u8>> {
    let args = ["--input", "style/tailwind.css", "--minify", "--output"];
    npm(
        "tailwindcss",
        args.map(OsStr::new).into_iter().chain([to.as_os_str()]),
    )?;
    std::fs::read(to).with_context(|| format!("cannot read {}", to.display()))
}

/// Makes WebAssembly smaller, in place.
pub fn optimise<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let mut node = Command::new("node");
    node.arg("page-build/optimise.mjs").args(files);
    quietly(&mut node)
}

/// Makes a script smaller, in place.
pub fn terser(file: &Path) -> Result<()> {
    let file = file.as_os_str();
    let args = ["--module", "--compress", "--mangle", "--output"];
    npm(
        "terser",
        args.map(OsStr::new).into_iter().chain([file, file]),
    )
}

fn npm<'a>(program: &str, args: impl Iterator<Item = &'a OsStr>) -> Result<()> {
    let file = Path::new(NPM).join(program);
    ensure!(
        file.exists(),
        "there is no {}; run `.ci/setup` to install it",
        file.display()
    );
    let mut command = Command::new(file);
    command.args(args);
    quietly(&mut command)
}

/// Runs a program, and shows what it prints only if it fails.
fn quietly(command: &mut Command) -> Result<()> {
    let output = command.output();
    let output = output.with_context(|| format!("cannot run {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status();
    let status = status.with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}
