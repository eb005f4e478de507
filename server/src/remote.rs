//! The running server as the command line uses it, when it holds the data folder.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use parallax::vocabulary::CollectionInfo;
use parallax::{Error, inspection};
use parallax_app::Problem;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::Body;
use ureq::http::Response;

use crate::address_file;

/// How long the server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// A server that runs on this machine.
pub struct Remote {
    base: String,
    key: Option<String>,
    agent: ureq::Agent,
}

/// What the API answers if something is wrong.
#[derive(Deserialize)]
struct Refusal {
    error: Problem,
}

/// What the API answers about the collections.
#[derive(Deserialize)]
struct Served {
    collections: Vec<CollectionInfo>,
}

impl Remote {
    /// The server that holds a data folder, if one does. The key is sent along if there is one.
    pub fn holding(folder: &Path, key: Option<String>) -> Option<Self> {
        let running = address_file::read(folder)?;
        let in_use = matches!(inspection::collections(folder), Err(Error::InUse(_)));
        in_use.then(|| Self::at(running.reachable(), key))
    }

    /// The server at an address.
    pub fn at(address: SocketAddr, key: Option<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            .build();
        Self {
            base: format!("http://{address}"),
            key,
            agent: agent.into(),
        }
    }

    /// Its address, for people.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether it answers a path with success within a time.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, path: &str, within: Duration) -> Result<()> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.config().timeout_global(Some(within)).build();
        let answer = request.call();
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => bail!("{}{path} answers {status}", self.base),
        }
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// What the server answered, or that it cannot be reached.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.json(self.sent(self.authorized(self.agent.get(self.url(path))).call())?)
    }

    /// Its collections.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn collections(&self) -> Result<Vec<CollectionInfo>> {
        let Served { collections } = self.get("/collections")?;
        Ok(collections)
    }

    /// Sends JSON, and reads JSON.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let request = self.authorized(self.agent.post(self.url(path)));
        self.json(self.sent(request.send_json(body))?)
    }

    /// Deletes something.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn delete(&self, path: &str) -> Result<()> {
        let request = self.authorized(self.agent.delete(self.url(path)));
        self.sent(request.call()).map(drop)
    }

    /// Copies what the server sends.
    ///
    /// # Errors
    /// As for [`Self::get`], and those of the output.
    pub fn download(&self, path: &str, out: &mut impl Write) -> Result<u64> {
        let answer = self.sent(self.authorized(self.agent.get(self.url(path))).call())?;
        let mut body = answer.into_body().into_reader();
        let copied = io::copy(&mut body, out);
        copied.with_context(|| format!("{} broke off", self.base))
    }

    /// Sends a file, and reads JSON.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn upload<T: DeserializeOwned>(&self, path: &str, file: File) -> Result<T> {
        let request = self.authorized(self.agent.post(self.url(path)));
        let request = request.header("content-type", "application/octet-stream");
        self.json(self.sent(request.send(file))?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.base)
    }

    fn authorized<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.key {
            Some(key) => request.header("authorization", format!("Bearer {key}")),
            None => request,
        }
    }

    fn sent(&self, answer: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>> {
        let mut answer = answer.map_err(|error| self.unreachable(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let refusal: Result<Refusal, _> = answer.body_mut().read_json();
        Err(match refusal {
            Ok(Refusal { error }) if error.code == "unauthorized" => anyhow!(
                "the server at {} holds the data folder: {}; give it by --key or PARALLAX_KEY",
                self.base,
                error.message
            ),
            Ok(Refusal { error }) => anyhow!(error.message),
            Err(_) => anyhow!("the server at {} answers {}", self.base, answer.status()),
        })
    }

    fn json<T: DeserializeOwned>(&self, mut answer: Response<Body>) -> Result<T> {
        let read = answer.body_mut().with_config().limit(u64::MAX).read_json();
        read.with_context(|| format!("{} answers something else than expected", self.base))
    }

    fn unreachable(&self, error: &ureq::Error) -> anyhow::Error {
        anyhow!("{} cannot be reached: {error}", self.base)
    }
}
