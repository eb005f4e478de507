//! Start-up and shutdown of the service.
//!
//! The port is bound first, so that a port conflict is reported at once. Then the model and the
//! collections are loaded. Meanwhile `/healthz` already responds, and everything else reports
//! that the service is starting.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use parallax::encoder::QueryEncoder;
use parallax::{Catalogue, Encoder};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::address_file::AddressFile;
use crate::config::{Config, Kind};
use crate::http::Guard;
use crate::http::streams::Streams;
use crate::keys::{Key, Keys, check_exposure};
use crate::opened::{Clustered, Opened, default_collection};
use crate::service::Service;
use crate::signals::Signals;
use crate::site::Site;
use crate::snapshots::{Snapshots, schedule};
use crate::tasks::Tasks;
use crate::{cluster, connections, http, logs, overload, sample};

/// How many queries a core works on if they spend most of their time waiting for a cluster.
const WAITING: usize = 4;

/// Serves until told to stop.
pub fn run(config: &Config) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the async runtime")?;
    let served = runtime.block_on(serve(config));
    // Jobs that outlast the grace period are abandoned.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

async fn serve(config: &Config) -> Result<()> {
    let wanted = config.server.address()?;
    let keys = keys(config)?;
    check_exposure(wanted, &keys)?;
    let listener = TcpListener::bind(wanted).await;
    let listener = listener.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow!("{wanted} is in use by another program; stop it, or give another --addr")
        }
        _ => anyhow!("cannot listen on {wanted}: {error}"),
    })?;
    let address = listener
        .local_addr()
        .context("cannot get the address listened on")?;
    let site = Site::find()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let at_once = match config.server.backend {
        Kind::Embedded => cores,
        Kind::Qdrant => cores * WAITING,
    };
    let service = Service::with_settings(at_once, &config.pool);
    if config.server.judgements {
        service.allow_judgements();
    }
    if let Some(slow) = logs::Slow::new(&config.log) {
        service.log_slow(slow);
    }
    let keyed = !keys.are_none();
    let guard = Guard::with(keys);

    let mut signals = Signals::listen().context("cannot listen to signals")?;
    let start = Instant::now();
    let mut loading = tokio::task::spawn_blocking({
        let service = service.clone();
        let config = config.clone();
        move || -> Result<Option<AddressFile>> {
            let (opened, file) = load(&config, address, keyed)?;
            service.keep_snapshots(keep_snapshots(&config, &opened)?);
            announce(address, &opened, start);
            service.open(opened);
            Ok(file)
        }
    });
    let stop = CancellationToken::new();
    tokio::spawn(overload::watch(service.clone()));
    let settings = http::settings::Settings {
        hosts: config.server.hosts.clone(),
        limits: config.limits.clone(),
        timeouts: config.timeouts.clone(),
        log: config.log.clone(),
        cors: config.cors.clone(),
    };
    let streams = Streams::new(&settings.limits, stop.clone());
    let metrics = Arc::clone(service.metrics());
    let router = http::router(service.clone(), site, guard, &settings, streams);
    let mut serving = tokio::spawn({
        let (limits, stopped) = (config.connections.clone(), stop.clone());
        async move {
            let timeouts = settings.timeouts;
            connections::serve(listener, router, metrics, &limits, timeouts, stopped).await;
        }
    });

    let mut address_file = None;
    tokio::select! {
        loaded = &mut loading => {
            address_file = loaded.context("loading failed")??;
            tokio::select! {
                ended = &mut serving => ended.context("serving failed")?,
                () = signals.told_to_stop() => {}
            }
        }
        () = signals.told_to_stop() => {}
    }
    // No further connections are accepted, event streams end, and running requests may finish.
    stop.cancel();
    let grace = config.timeouts.shutdown_seconds.duration();
    // At once, so that this end does not count as an interruption of an import.
    let pausing = tokio::task::spawn_blocking(move || {
        if let Ok(opened) = service.opened() {
            opened.tasks.stop(grace);
        }
    });
    let ending = async {
        let _ = tokio::time::timeout(grace, serving).await;
        let _ = pausing.await;
    };
    let ended = tokio::select! {
        () = ending => Ok(()),
        () = signals.told_to_stop() => Err(anyhow!("told to stop again, so running requests were cut")),
    };
    drop(address_file);
    ended
}

/// The keys of the service.
fn keys(config: &Config) -> Result<Arc<Keys>> {
    let single = config.server.key()?;
    let single = single.map(|(name, secret)| Key::of_all(name, &secret));
    let keys = Keys::new(&config.keys, single.into_iter().collect())?;
    Ok(Arc::new(keys))
}

/// Opens the snapshots, and makes them as often as the settings say.
fn keep_snapshots(config: &Config, opened: &Opened) -> Result<Arc<Snapshots>> {
    let settings = &config.snapshots;
    let snapshots = Snapshots::open(&config.server.data_dir()?, settings)?;
    let snapshots = Arc::new(snapshots);
    if let Some(every) = &settings.every {
        let every = schedule::interval(every).map_err(anyhow::Error::msg)?;
        schedule::start(Arc::clone(&snapshots), &opened.local, every)
            .context("cannot start the thread that makes snapshots")?;
    }
    Ok(snapshots)
}

/// Loads everything a query needs. The file that says where the server is comes first, because the
/// data folder is locked from then on.
fn load(
    config: &Config,
    address: SocketAddr,
    keyed: bool,
) -> Result<(Opened, Option<AddressFile>)> {
    let server = &config.server;
    let data_dir = server.data_dir()?;
    let encoder = Encoder::load(&server.model()?)?;
    let encoder = Arc::new(QueryEncoder::new(encoder));
    encoder.make_piece_vectors_soon();
    let catalogue = Catalogue::open(&data_dir, encoder)?;
    // Without it, as on a full disk, commands cannot find the server; everything else works.
    let file = AddressFile::write(&data_dir, address, keyed);
    let file = file.inspect_err(|error| {
        tracing::warn!(%error, "commands will not find this server, as its address cannot be written");
    });
    let file = file.ok();
    let cluster = match server.backend {
        Kind::Embedded => {
            open_collections(&catalogue, server.collection.as_deref())?;
            None
        }
        Kind::Qdrant => Some(Clustered {
            collections: Arc::new(cluster::connect(
                &config.qdrant,
                Arc::clone(catalogue.encoder()),
            )?),
            default: server.collection.clone(),
        }),
    };
    let catalogue = Arc::new(catalogue);
    let opened = Opened {
        tasks: Tasks::open_with(
            &data_dir,
            Arc::clone(&catalogue),
            cluster
                .as_ref()
                .map(|cluster| Arc::clone(&cluster.collections)),
            config.tasks.clone(),
        )?,
        reencodings: Arc::default(),
        local: catalogue,
        cluster,
    };
    Ok((opened, file))
}

/// Opens the collections of the data folder, among them the one to use when a request names none.
fn open_collections(catalogue: &Catalogue, asked: Option<&str>) -> Result<()> {
    if catalogue.names()?.is_empty() {
        eprintln!("no collection yet: indexing the bundled sample");
        sample::build(catalogue)?;
    }
    let default = choose_default(catalogue, asked)?;
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
    Ok(())
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
    let what = match opened.backend(None) {
        Ok(collection) => match collection.records() {
            Ok(records) => format!("collection '{}', {records} records", collection.name()),
            Err(error) => format!("collection '{}': {error}", collection.name()),
        },
        Err(parallax::Error::NoCollection { known, .. }) if known.is_empty() => {
            "no collection yet".to_owned()
        }
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
