//! Start-up and shutdown of the service.
//!
//! The port is taken first, so that a taken one is known at once; then the model and the
//! collections are loaded while `/healthz` already answers and everything else says that
//! the service is starting.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use leptos::prelude::LeptosOptions;
use parallax::encoder::QueryEncoder;
use parallax::{Catalogue, Encoder};
use tokio::net::TcpListener;

use crate::http::Guard;
use crate::opened::{Opened, default_collection};
use crate::service::Service;
use crate::tasks::Tasks;
use crate::{connections, http, sample, site};

/// How long requests under way may take to finish once the service is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// What the service is started with.
pub struct Settings {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The model's folder.
    pub model: PathBuf,
    /// The collection that answers where none is named.
    pub collection: Option<String>,
    /// What writers must show; without one, only this machine itself may write.
    pub api_key: Option<String>,
}

/// Serves until told to stop.
pub fn run(settings: Settings) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the async runtime")?;
    let served = runtime.block_on(serve(settings));
    // Work in the pool that outlives the grace is left behind rather than waited for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

async fn serve(settings: Settings) -> Result<()> {
    let listener = TcpListener::bind(settings.addr).await;
    let listener = listener.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{} is in use by another program; stop that one, or give another --addr",
            settings.addr
        ),
        _ => anyhow::anyhow!("cannot listen on {}: {error}", settings.addr),
    })?;
    let address = listener.local_addr().context("the address listened on")?;
    let options = leptos_options(address)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let service = Service::new(cores);
    let guard = Guard::new(settings.api_key.clone());

    let start = Instant::now();
    let mut loading = tokio::task::spawn_blocking({
        let service = service.clone();
        move || -> Result<()> {
            let opened = load(&settings)?;
            announce(address, &opened, start)?;
            service.open(opened);
            Ok(())
        }
    });
    let (stop, stopped) = tokio::sync::watch::channel(());
    let router = http::router(service, options, guard);
    let mut serving = tokio::spawn(connections::serve(listener, router, stopped));

    tokio::select! {
        loaded = &mut loading => {
            loaded.context("loading broke off")??;
            tokio::select! {
                ended = &mut serving => ended.context("serving broke off")?,
                () = told_to_stop() => {}
            }
        }
        () = told_to_stop() => {}
    }
    let _ = stop.send(());
    let _ = tokio::time::timeout(GRACE, serving).await;
    Ok(())
}

/// Everything a query needs.
fn load(settings: &Settings) -> Result<Opened> {
    let encoder = Encoder::load(&settings.model)?;
    let encoder = Arc::new(QueryEncoder::new(encoder));
    let catalogue = Catalogue::open(&settings.data_dir, encoder)?;
    if catalogue.names()?.is_empty() {
        eprintln!("no collection yet: indexing the bundled sample");
        sample::build(&catalogue)?;
    }
    let default = choose_default(&catalogue, settings.collection.as_deref())?;
    for name in catalogue.names()? {
        if let Err(error) = catalogue.collection(&name) {
            if name == default {
                return Err(error.into());
            }
            tracing::error!(%error, "a collection cannot be opened");
        }
    }
    let catalogue = Arc::new(catalogue);
    Ok(Opened {
        tasks: Tasks::open(&settings.data_dir, Arc::clone(&catalogue))?,
        catalogue,
    })
}

/// The default collection from now on: the one asked for, or the one there is.
fn choose_default(catalogue: &Catalogue, asked: Option<&str>) -> Result<String> {
    let name = match asked {
        Some(asked) => catalogue.collection(asked)?.name().to_string(),
        None => default_collection(catalogue)?.context("there is no collection")?,
    };
    if catalogue.default()?.as_ref() != Some(&name) {
        catalogue.set_default(&name)?;
    }
    Ok(name)
}

fn announce(address: SocketAddr, opened: &Opened, start: Instant) -> Result<()> {
    let collection = opened.collection(None)?;
    let line = format!(
        "Parallax serves http://{address} — collection '{}', {} records, ready in {:.1} s",
        collection.name(),
        collection.generation().records(),
        start.elapsed().as_secs_f64()
    );
    // The service goes on where nobody reads this.
    let _ = writeln!(std::io::stdout(), "{line}");
    Ok(())
}

fn leptos_options(address: SocketAddr) -> Result<LeptosOptions> {
    let root = site::root()?;
    Ok(LeptosOptions::builder()
        .output_name(site::NAME)
        .site_root(root.to_string_lossy().into_owned())
        .site_pkg_dir(site::PACKAGE)
        .site_addr(address)
        .hash_files(true)
        .build())
}

async fn told_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
