//! The model on disk: how published files become an installed model, and how a later start verifies
//! it.
//!
//! An installed model is a folder with [`GRAPH`], [`TOKENIZER`] and a manifest, [`MANIFEST`], which
//! contains the size and sha256 of both, and the model's [`Settings`]. A folder with a file that
//! does not match its manifest is not a model. [`install`] builds the folder next to its target,
//! runs the model, and renames the folder into place, so that an interrupted installation leaves
//! nothing that is trusted later.
//!
//! A folder in the format of sentence-transformers can also be used as it is: it is converted
//! whenever it is loaded. Without a manifest, nothing tells whether its files are intact.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::EncoderError;
use super::network::{CONFIG, Network};
use super::pieces::{FILE as PIECES, UNFINISHED};
use super::published::read_if_there;
use super::settings::Settings;
use super::{Encoder, onnx};
use crate::digest::sha256;

/// The model's name, also used for its folder.
pub const NAME: &str = "all-MiniLM-L6-v2";
/// The published weights, in a source folder.
pub const WEIGHTS: &str = "model.safetensors";
/// The revision of the published files whose hashes are [`WEIGHTS_SHA256`] and
/// [`TOKENIZER_SHA256`].
pub const REVISION: &str = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41";
/// The sha256 of the published weights.
pub const WEIGHTS_SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";
/// The sha256 of the published tokenizer.
pub const TOKENIZER_SHA256: &str =
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037";
/// The graph to run, in an installed model or a source folder.
pub const GRAPH: &str = "model.onnx";
/// The tokenizer's file, in either.
pub const TOKENIZER: &str = "tokenizer.json";
/// The file that shows that an installed model is complete.
pub const MANIFEST: &str = "model.json";

/// The manifest's format for a model with the default settings; a folder with an unknown format is
/// reinstalled.
const FORMAT: u32 = 1;
/// The same for a model with other settings, which earlier versions would ignore.
const FORMAT_WITH_SETTINGS: u32 = 2;

/// What [`install`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The installed model's folder.
    pub dir: PathBuf,
    /// The model's hash; see [`Encoder::model_hash`].
    pub model_hash: String,
    /// Whether an intact model was already there and nothing was written.
    pub already: bool,
}

/// Prefixes to be used instead of those that a model's folder names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefixes {
    /// Before a query.
    pub query: Option<String>,
    /// Before a text that is searched.
    pub passage: Option<String>,
}

/// Installs the model whose files are in `source` as the folder `target`.
///
/// `source` contains [`TOKENIZER`] and either [`WEIGHTS`] or a ready-made [`GRAPH`], which may also
/// be in the subfolder `onnx`. If both are present, the weights are used if they can be read.
/// Weights other than the published ones need `config.json`, and the other files of a folder in the
/// format of sentence-transformers are read if they are there; see [`Settings`]. An intact model at
/// `target` is left alone, whatever `source` contains. A damaged one is replaced.
///
/// # Errors
/// Apart from I/O errors: [`EncoderError::Source`] if a file is missing, [`EncoderError::Weights`]
/// if the weights are unknown and nothing describes them, [`EncoderError::Unsupported`] for a model
/// that is not of a supported kind, [`EncoderError::Occupied`] if `target` contains files that do
/// not belong to a model, and the errors of [`Encoder::load`] and [`Encoder::encode`] if the model
/// cannot be run. In all cases, `target` is unchanged.
pub fn install(source: &Path, target: &Path) -> Result<Installed, EncoderError> {
    install_with(source, target, &Prefixes::default())
}

/// The same with other prefixes.
///
/// # Errors
/// As for [`install`].
pub fn install_with(
    source: &Path,
    target: &Path,
    prefixes: &Prefixes,
) -> Result<Installed, EncoderError> {
    if let Ok(found) = installed(target) {
        return Ok(found);
    }
    refuse_if_occupied(target)?;
    let Opened {
        manifest,
        graph,
        tokenizer,
    } = prepare(source, prefixes)?;

    let parent = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(EncoderError::io(parent))?;
    let work = tempfile::Builder::new()
        .prefix(".parallax-model-")
        .tempdir_in(parent)
        .map_err(EncoderError::io(parent))?;
    // The folder inside the temporary one has the permissions of any new folder; the temporary one
    // is not accessible to others.
    let built = work.path().join(NAME);
    fs::create_dir(&built).map_err(EncoderError::io(&built))?;
    write(&built.join(GRAPH), &graph)?;
    write(&built.join(TOKENIZER), &tokenizer)?;
    write(&built.join(MANIFEST), &manifest.to_json())?;
    Encoder::load(&built)?.test_longest()?;

    move_into_place(&built, target)?;
    Ok(Installed {
        dir: target.to_owned(),
        model_hash: manifest.hash,
        already: false,
    })
}

/// Checks that a folder has the published weights and tokenizer of [`NAME`].
///
/// # Errors
/// [`EncoderError::Source`] if one is missing, [`EncoderError::Weights`] for others.
pub fn check_published(source: &Path) -> Result<(), EncoderError> {
    for (name, expected) in [(TOKENIZER, TOKENIZER_SHA256), (WEIGHTS, WEIGHTS_SHA256)] {
        let path = source.join(name);
        let bytes = read_if_there(&path)?.ok_or_else(|| EncoderError::Source {
            dir: source.to_owned(),
            why: format!("{name} is missing"),
        })?;
        let found = sha256(&bytes);
        if found != expected {
            return Err(EncoderError::Weights {
                path,
                expected: expected.into(),
                found,
            });
        }
    }
    Ok(())
}

/// Checks that the model installed in `dir` is intact, without running it.
///
/// # Errors
/// [`EncoderError::Missing`] or [`EncoderError::Damaged`] if it is not.
pub fn installed(dir: &Path) -> Result<Installed, EncoderError> {
    Ok(Installed {
        dir: dir.to_owned(),
        model_hash: open_installed(dir)?.manifest.hash,
        already: true,
    })
}

/// The hash in the manifest of an installed model, without checking its files.
pub(super) fn installed_hash(dir: &Path) -> Option<String> {
    manifest_in(dir).map(|manifest| manifest.hash)
}

fn manifest_in(dir: &Path) -> Option<Manifest> {
    let manifest = fs::read(dir.join(MANIFEST)).ok()?;
    serde_json::from_slice(&manifest).ok()
}

/// A model whose files match its manifest.
pub(super) struct Opened {
    pub(super) graph: Vec<u8>,
    pub(super) tokenizer: Vec<u8>,
    manifest: Manifest,
}

impl Opened {
    pub(super) fn model_hash(&self) -> &str {
        &self.manifest.hash
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.manifest.settings
    }
}

/// Reads the model in a folder: an installed one or, if there is no manifest, one in the format of
/// sentence-transformers.
pub(super) fn open(dir: &Path) -> Result<Opened, EncoderError> {
    if dir.join(CONFIG).exists() && !dir.join(MANIFEST).exists() {
        return prepare(dir, &Prefixes::default());
    }
    open_installed(dir)
}

/// Reads an installed model and checks it against its manifest.
fn open_installed(dir: &Path) -> Result<Opened, EncoderError> {
    let damaged = |why: String| EncoderError::Damaged {
        dir: dir.to_owned(),
        why,
    };
    let path = dir.join(MANIFEST);
    let manifest = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(if dir.join(GRAPH).exists() {
                damaged(format!("{MANIFEST} is missing"))
            } else {
                EncoderError::Missing {
                    dir: dir.to_owned(),
                }
            });
        }
        Err(error) => return Err(EncoderError::io(&path)(error)),
    };
    let manifest: Manifest = serde_json::from_slice(&manifest)
        .map_err(|error| damaged(format!("{MANIFEST} cannot be read ({error})")))?;
    if manifest.format != format(&manifest.settings) {
        let found = manifest.format;
        return Err(damaged(format!(
            "{MANIFEST} has format {found}, expected {}",
            format(&manifest.settings)
        )));
    }
    let file = |name: &str, expected: &FileFacts| -> Result<Vec<u8>, EncoderError> {
        let path = dir.join(name);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(damaged(format!("{name} is missing")));
            }
            Err(error) => return Err(EncoderError::io(&path)(error)),
        };
        expected
            .check(&bytes)
            .map_err(|why| damaged(format!("{name} {why}")))?;
        Ok(bytes)
    };
    let graph = file(GRAPH, &manifest.graph)?;
    let tokenizer = file(TOKENIZER, &manifest.tokenizer)?;
    let Manifest {
        weights, settings, ..
    } = &manifest;
    if manifest.hash != model_hash(weights, &manifest.tokenizer.sha256, settings) {
        return Err(damaged(format!("{MANIFEST} contradicts itself")));
    }
    Ok(Opened {
        graph,
        tokenizer,
        manifest,
    })
}

/// The contents of [`MANIFEST`].
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    name: String,
    /// The model's hash; see [`Encoder::model_hash`].
    hash: String,
    /// The sha256 of the weights' source file, which is the graph itself if that was ready-made.
    weights: String,
    graph: FileFacts,
    tokenizer: FileFacts,
    #[serde(default)]
    settings: Settings,
}

impl Manifest {
    fn to_json(&self) -> Vec<u8> {
        // A struct of strings and numbers can always be serialised as JSON.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// A file's size in bytes and its sha256 in hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
struct FileFacts {
    size: u64,
    sha256: String,
}

impl FileFacts {
    fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len() as u64,
            sha256: sha256(bytes),
        }
    }

    /// Compares a file's bytes; the error says how they differ.
    fn check(&self, bytes: &[u8]) -> Result<(), String> {
        if bytes.len() as u64 != self.size {
            return Err(format!("has {} bytes, expected {}", bytes.len(), self.size));
        }
        let found = sha256(bytes);
        if found != self.sha256 {
            return Err(format!("has sha256 {found}, expected {}", self.sha256));
        }
        Ok(())
    }
}

/// A model to install, made from a folder of published files.
fn prepare(source: &Path, prefixes: &Prefixes) -> Result<Opened, EncoderError> {
    let missing = |why: String| EncoderError::Source {
        dir: source.to_owned(),
        why,
    };
    let tokenizer = read_if_there(&source.join(TOKENIZER))?
        .ok_or_else(|| missing(format!("{TOKENIZER} is missing")))?;
    let Source {
        name,
        weights,
        graph,
        mut settings,
    } = Source::read(source)?;
    let Prefixes { query, passage } = prefixes.clone();
    settings.query_prefix = query.unwrap_or(settings.query_prefix);
    settings.passage_prefix = passage.unwrap_or(settings.passage_prefix);
    let facts = FileFacts::of(&tokenizer);
    let manifest = Manifest {
        format: format(&settings),
        name,
        hash: model_hash(&weights, &facts.sha256, &settings),
        weights,
        graph: FileFacts::of(&graph),
        tokenizer: facts,
        settings,
    };
    Ok(Opened {
        graph,
        tokenizer,
        manifest,
    })
}

/// The network of a source folder.
struct Source {
    name: String,
    /// The sha256 of the file it was read from.
    weights: String,
    graph: Vec<u8>,
    settings: Settings,
}

impl Source {
    fn read(source: &Path) -> Result<Self, EncoderError> {
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        let path = source.join(WEIGHTS);
        let Some(bytes) = read_if_there(&path)? else {
            let graph = ready_made(source)?.ok_or_else(|| EncoderError::Source {
                dir: source.to_owned(),
                why: format!("neither {WEIGHTS} nor {GRAPH} is there"),
            })?;
            return Ok(Self {
                name: name.into_owned(),
                weights: sha256(&graph),
                graph,
                // An installed model has its settings in its manifest.
                settings: match manifest_in(source) {
                    Some(manifest) => manifest.settings,
                    None => Settings::of(source)?,
                },
            });
        };
        let found = sha256(&bytes);
        if found == WEIGHTS_SHA256 {
            return Ok(Self {
                name: NAME.to_owned(),
                weights: found,
                graph: onnx::from_safetensors(&bytes, &Network::default())?,
                settings: Settings::default(),
            });
        }
        let Some(network) = Network::of(source)? else {
            return Err(other_weights(path, found));
        };
        let (weights, graph) = match &network.kind {
            Ok(_) => (found, onnx::from_safetensors(&bytes, &network)?),
            Err(why) => {
                let graph = ready_made(source)?.ok_or_else(|| EncoderError::Unsupported {
                    dir: source.to_owned(),
                    why: format!(
                        "{why}, so {WEIGHTS} cannot be read; export the model to ONNX, as \
                         onnx/{GRAPH} in this folder"
                    ),
                })?;
                (sha256(&graph), graph)
            }
        };
        Ok(Self {
            name: name.into_owned(),
            weights,
            graph,
            settings: Settings::of(source)?,
        })
    }
}

/// The graph in a source folder, if there is one.
fn ready_made(source: &Path) -> Result<Option<Vec<u8>>, EncoderError> {
    match read_if_there(&source.join(GRAPH))? {
        Some(graph) => Ok(Some(graph)),
        None => read_if_there(&source.join("onnx").join(GRAPH)),
    }
}

fn other_weights(path: PathBuf, found: String) -> EncoderError {
    EncoderError::Weights {
        path,
        expected: WEIGHTS_SHA256.into(),
        found,
    }
}

/// The format of the manifest of a model with these settings.
fn format(settings: &Settings) -> u32 {
    if *settings == Settings::default() {
        FORMAT
    } else {
        FORMAT_WITH_SETTINGS
    }
}

/// The hash that identifies a model. It covers what the vectors depend on: weights, tokenizer and,
/// unless they are the default ones, settings. The graph generated from the weights is excluded, so
/// that a change to its generation does not invalidate stored vectors.
fn model_hash(weights: &str, tokenizer: &str, settings: &Settings) -> String {
    let mut parts = format!("{weights} {tokenizer}");
    if *settings != Settings::default() {
        // A struct of strings and numbers can always be serialised as JSON.
        parts += &serde_json::to_string(settings).unwrap_or_default();
    }
    sha256(parts.as_bytes())
}

/// Writes a file and syncs it to disk.
fn write(path: &Path, bytes: &[u8]) -> Result<(), EncoderError> {
    File::create(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(EncoderError::io(path))
}

/// Refuses a folder that contains anything but a model's files.
fn refuse_if_occupied(target: &Path) -> Result<(), EncoderError> {
    let entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(EncoderError::io(target)(error)),
    };
    for entry in entries {
        let name = entry.map_err(EncoderError::io(target))?.file_name();
        let ours = [GRAPH, TOKENIZER, MANIFEST, PIECES];
        // A process may have ended while it wrote the vectors of pieces.
        let unfinished = name.to_string_lossy().starts_with(UNFINISHED);
        if !unfinished && !ours.iter().any(|ours| name == *ours) {
            return Err(EncoderError::Occupied {
                dir: target.to_owned(),
                file: name.to_string_lossy().into_owned(),
            });
        }
    }
    Ok(())
}

/// Renames the built folder to its final name, replacing a damaged model if there is one.
fn move_into_place(built: &Path, target: &Path) -> Result<(), EncoderError> {
    match fs::remove_dir_all(target) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(EncoderError::io(target)(error));
        }
        _ => {}
    }
    match fs::rename(built, target) {
        Ok(()) => Ok(()),
        // Another process may have installed the model since the first check.
        Err(_) if open_installed(target).is_ok() => Ok(()),
        Err(error) => Err(EncoderError::io(target)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_says_how_to_fetch_the_model() {
        let dir = tempfile::tempdir().unwrap();
        let error = open(dir.path()).err().unwrap().to_string();
        assert!(error.contains("run `parallax model`"), "{error}");
    }

    #[test]
    fn a_source_without_its_files_is_named_with_what_it_lacks() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let target = target.path().join("model");
        let error = install(source.path(), &target).unwrap_err().to_string();
        assert!(error.contains("tokenizer.json is missing"), "{error}");
        fs::write(source.path().join(TOKENIZER), "{}").unwrap();
        let error = install(source.path(), &target).unwrap_err().to_string();
        assert!(
            error.contains("neither model.safetensors nor model.onnx"),
            "{error}"
        );
        assert!(!target.exists());
    }

    #[test]
    fn weights_of_another_model_are_refused_with_both_hashes() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(source.path().join(TOKENIZER), "{}").unwrap();
        fs::write(source.path().join(WEIGHTS), "abc").unwrap();
        let target = target.path().join("model");
        let error = install(source.path(), &target).unwrap_err().to_string();
        assert!(
            error.contains(WEIGHTS_SHA256) && error.contains("ba7816bf"),
            "{error}"
        );
    }

    #[test]
    fn a_changed_tokenizer_is_not_the_published_one() {
        let source = tempfile::tempdir().unwrap();
        fs::write(source.path().join(TOKENIZER), "abc").unwrap();
        let error = check_published(source.path()).unwrap_err().to_string();
        assert!(
            error.contains(TOKENIZER_SHA256) && error.contains("ba7816bf"),
            "{error}"
        );
    }

    #[test]
    fn an_unfinished_file_of_vectors_does_not_occupy_a_folder() {
        let target = tempfile::tempdir().unwrap();
        fs::write(target.path().join(".pieces-a1B2c3"), "").unwrap();
        refuse_if_occupied(target.path()).unwrap();
    }

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        let target = tempfile::tempdir().unwrap();
        fs::write(target.path().join("thesis.tex"), "years of work").unwrap();
        let error = install(Path::new("."), target.path())
            .unwrap_err()
            .to_string();
        assert!(error.contains("thesis.tex"), "{error}");
        assert!(target.path().join("thesis.tex").exists());
    }
}
