//! Where files are, according to the platform's conventions and the location of the binary, so
//! that it can be started from any folder without options.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use directories::ProjectDirs;
use parallax::encoder::files::NAME;

fn platform() -> Result<ProjectDirs> {
    ProjectDirs::from("", "", "parallax")
        .context("this account has no home folder; give --data-dir and --model")
}

/// The default data folder.
pub fn data_dir() -> Result<PathBuf> {
    Ok(platform()?.data_dir().to_owned())
}

/// The default model folder.
pub fn model_dir() -> Result<PathBuf> {
    Ok(models_dir()?.join(NAME))
}

/// Where models are installed, each in a folder with its name. It is separate from the data, so
/// that a new data folder needs no download.
fn models_dir() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("models"))
}

/// The folder of a model, given as its folder or as the name of an installed one. A relative folder
/// that does not exist is written with a separator, such as ./name.
pub fn model(given: &Path) -> Result<PathBuf> {
    if is_name(given) && !given.is_dir() {
        return installed(given.as_os_str());
    }
    Ok(given.to_owned())
}

/// The folder to install a model in, given likewise. A name is one even if there is a folder of
/// that name beside the caller, which may be what is installed.
pub fn target(given: &Path) -> Result<PathBuf> {
    if is_name(given) {
        return installed(given.as_os_str());
    }
    Ok(given.to_owned())
}

/// The folder of an installed model with a name.
pub fn installed(name: &OsStr) -> Result<PathBuf> {
    Ok(models_dir()?.join(name))
}

/// Whether it is a name alone, without a separator.
fn is_name(given: &Path) -> bool {
    let mut parts = given.components();
    let one = matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(_)), None)
    );
    one && !given.to_string_lossy().contains(std::path::is_separator)
}

/// Where vectors of benchmarks are cached between runs.
pub fn vector_cache() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("vectors"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_installed_by_its_name_though_a_folder_has_that_name() {
        // Tests run in the folder of the package.
        let beside = Path::new("src");
        assert_eq!(model(beside).unwrap(), beside);
        let by_name = model_dir().unwrap().with_file_name("src");
        assert_eq!(target(beside).unwrap(), by_name);
        assert_eq!(target(Path::new("./src")).unwrap(), Path::new("./src"));
        assert_eq!(
            model(Path::new("no-such-folder")).unwrap(),
            model_dir().unwrap().with_file_name("no-such-folder")
        );
    }
}
