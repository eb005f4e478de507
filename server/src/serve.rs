//! Start-up and shutdown of the service.
//!
//! The port is bound first, so that a port conflict is reported at once. Then the model and the
//! collections are loaded. Meanwhile `/healthz` already responds, and everything else reports
//! that the service is starting.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use parallax::encoder::QueryEncoder;
use parallax::{Catalogue, Encoder};
use tokio::net::TcpListener;

use crate::http::Guard;
use crate::opened::{Opened, default_collection};
use crate::service::Service;
use crate::site::Site;
use crate::tasks::Tasks;
use crate::{connections, http, sample};

/// How long running requests may take to finish once the service is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// The settings of the service.
pub struct Settings {
    /// The address to listen on.
    pub addr: SocketAddr,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The model's folder.
    pub model: PathBuf,
    /// The collection to use when a request names none.
    pub collection: Option<String>,
    /// The key required for writes; without one, only this machine may write.
    pub api_key: Option<String>,
    /// Whether judgements of relevance are kept.
    pub judgements: bool,
}

/// Serves until told to stop.
pub fn run(settings: Settings) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the async runtime")?;
    let served = runtime.block_on(serve(settings));
    // Jobs that outlast the grace period are abandoned.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

async fn serve(settings: Settings) -> Result<()> {
    let listener = TcpListener::bind(settings.addr).await;
    let listener = listener.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{} is in use by another program; stop it, or give another --addr",
            settings.addr
        ),
        _ => anyhow::anyhow!("cannot listen on {}: {error}", settings.addr),
    })?;
    let address = listener
        .local_addr()
        .context("cannot get the address listened on")?;
    let site = Site::find()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let service = Service::new(cores);
    if settings.judgements {
        service.allow_judgements();
    }
    let guard = Guard::new(settings.api_key.clone());

    let start = Instant::now();
    let mut loading = tokio::task::spawn_blocking({
        let service = service.clone();
        move || -> Result<()> {
            let opened = load(&settings)?;
            announce(address, &opened, start);
            service.open(opened);
            Ok(())
        }
    });
    let (stop, stopped) = tokio::sync::watch::channel(());
    let router = http::router(service, site, guard);
    let mut serving = tokio::spawn(connections::serve(listener, router, stopped));

    tokio::select! {
        loaded = &mut loading => {
            loaded.context("loading failed")??;
            tokio::select! {
                ended = &mut serving => ended.context("serving failed")?,
                () = told_to_stop() => {}
            }
        }
        () = told_to_stop() => {}
    }
    let _ = stop.send(());
    let _ = tokio::time::timeout(GRACE, serving).await;
    Ok(())
}

/// Loads everything a query needs.
fn load(settings: &Settings) -> Result<Opened> {
    let encoder = Encoder::load(&settings.model)?;
    let encoder = Arc::new(QueryEncoder::new(encoder));
    encoder.make_piece_vectors_soon();
    let catalogue = Catalogue::open(&settings.data_dir, encoder)?;
    if catalogue.names()?.is_empty() {
        eprintln!("no collection yet: indexing the bundled sample");
        sample::build(&catalogue)?;
    }
    let default = choose_default(&catalogue, settings.collection.as_deref())?;
    for name in catalogue.names()? {
        match catalogue.collection(&name) {
            Ok(_) => {}
            // Others can be served while its model is put back.
            Err(error @ parallax::Error::NoModel { .. }) => {
                eprintln!("{error}");
            }
            Err(error) if name == default => return Err(error.into()),
            Err(error) => tracing::error!(%error, "cannot open a collection"),
        }
    }
    // So that the page Explore has something to show to the first who opens it.
    if let Ok(collection) = catalogue.collection(&default) {
        collection.explore_soon();
    }
    let catalogue = Arc::new(catalogue);
    Ok(Opened {
        tasks: Tasks::open(&settings.data_dir, Arc::clone(&catalogue))?,
        reencodings: Arc::default(),
        catalogue,
    })
}

/// Chooses and stores the default collection: the requested one, or else the current default.
fn choose_default(catalogue: &Catalogue, asked: Option<&str>) -> Result<String> {
    let name = match asked {
        Some(asked) => match catalogue.collection(asked) {
            Err(error) if !matches!(error, parallax::Error::NoModel { .. }) => {
                return Err(error.into());
            }
            _ => asked.to_owned(),
        },
        None => default_collection(catalogue)?.context("there is no collection")?,
    };
    if catalogue.default()?.as_ref() != Some(&name) {
        catalogue.set_default(&name)?;
    }
    Ok(name)
}

fn announce(address: SocketAddr, opened: &Opened, start: Instant) {
    let what = match opened.collection(None) {
        Ok(collection) => format!(
            "collection '{}', {} records",
            collection.name(),
            collection.generation().records()
        ),
        Err(parallax::Error::NoModel { collection, .. }) => {
            format!("the model of collection '{collection}' cannot be used")
        }
        Err(error) => format!("its default collection cannot be opened: {error}"),
    };
    let seconds = start.elapsed().as_secs_f64();
    let line = format!("Parallax serves http://{address} — {what}, ready in {seconds:.1} s");
    // The service continues even if standard output is closed.
    let _ = writeln!(std::io::stdout(), "{line}");
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
