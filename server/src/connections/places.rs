//! Places for connections: a bounded number, of which one address gets a part, and a few more for
//! health checks.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use parallax::locks::lock;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections may be open beyond the bound, only to be told whether the service runs.
pub const RESERVE: usize = 64;

/// How many connections may be open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How many connections may be open at once.
    pub max_connections: usize,
    /// How many of them may be from one address, except from this machine.
    pub max_connections_per_address: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_connections: 1_024,
            max_connections_per_address: 256,
        }
    }
}

/// The places for connections.
pub struct Places {
    open: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    per_address: usize,
    addresses: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// What a new connection may do.
pub enum Admitted {
    /// Anything.
    Fully(Place),
    /// Ask whether the service runs: all other places are taken.
    ForHealth(OwnedSemaphorePermit),
    /// Nothing: its address has too many.
    No,
}

/// A place, free again when dropped.
pub struct Place {
    addresses: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
    _open: OwnedSemaphorePermit,
}

impl Places {
    /// Places within the limits.
    pub fn new(settings: &Settings) -> Self {
        Self {
            open: Arc::new(Semaphore::new(settings.max_connections)),
            reserve: Arc::new(Semaphore::new(RESERVE)),
            per_address: settings.max_connections_per_address,
            addresses: Arc::default(),
        }
    }

    /// Waits until a connection may be accepted. What it returns is for [`Places::admit`].
    pub async fn reserve(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        Arc::clone(&self.reserve).acquire_owned().await.ok()
    }

    /// Decides about an accepted connection.
    pub fn admit(&self, address: IpAddr, reserved: Option<OwnedSemaphorePermit>) -> Admitted {
        let address = address.to_canonical();
        let Ok(open) = Arc::clone(&self.open).try_acquire_owned() else {
            return reserved.map_or(Admitted::No, Admitted::ForHealth);
        };
        let mut addresses = lock(&self.addresses);
        let taken = addresses.entry(address).or_default();
        if *taken >= self.per_address && !address.is_loopback() {
            return Admitted::No;
        }
        *taken += 1;
        Admitted::Fully(Place {
            addresses: Arc::clone(&self.addresses),
            address,
            _open: open,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = lock(&self.addresses);
        if let Some(taken) = addresses.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_gets_only_its_part_and_what_it_returns_is_free_again() {
        let places = Places::new(&Settings {
            max_connections: 4,
            max_connections_per_address: 2,
        });
        let admit = |address: &str| places.admit(address.parse().unwrap(), None);
        let first = admit("192.0.2.1");
        let second = admit("::ffff:192.0.2.1");
        assert!(matches!(second, Admitted::Fully(_)));
        assert!(matches!(admit("192.0.2.1"), Admitted::No));
        drop(first);
        let third = admit("192.0.2.1");
        assert!(matches!(third, Admitted::Fully(_)));
        // This machine may take all that are left, and then only ask whether the service runs.
        let own = [admit("127.0.0.1"), admit("127.0.0.1")];
        assert!(own.iter().all(|own| matches!(own, Admitted::Fully(_))));
        let reserved = places.reserve().await;
        let over = places.admit("127.0.0.1".parse().unwrap(), reserved);
        assert!(matches!(over, Admitted::ForHealth(_)));
        drop((second, third, own));
        assert!(places.addresses.lock().unwrap().is_empty());
    }
}
