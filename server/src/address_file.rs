//! Where the server that holds a data folder can be reached: `server.json` in the folder. It is
//! written when the folder is open, and removed at a clean end; after a kill it stays, so it counts
//! only as long as the folder is locked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use parallax::atomic_file;
use serde::{Deserialize, Serialize};

const FILE: &str = "server.json";

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The address that the server listens on.
    pub address: SocketAddr,
    /// Its process.
    pub pid: u32,
    /// Whether writes need a key.
    pub keyed: bool,
}

impl Running {
    /// An address at which this machine reaches the server: one that stands for all interfaces is
    /// no address to connect to.
    pub fn reachable(&self) -> SocketAddr {
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        address
    }
}

/// The file while the server runs. Dropping it removes the file.
pub struct AddressFile {
    path: PathBuf,
    running: Running,
}

impl AddressFile {
    /// Writes the file into the data folder.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(folder: &Path, address: SocketAddr, keyed: bool) -> parallax::Result<Self> {
        let path = folder.join(FILE);
        let running = Running {
            address,
            pid: std::process::id(),
            keyed,
        };
        atomic_file::write_json(&path, &running)?;
        Ok(Self { path, running })
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        let folder = self.path.parent();
        // Another server may have taken over the folder.
        if folder.and_then(read).as_ref() == Some(&self.running) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What the file in a data folder says, if there is one.
pub fn read(folder: &Path) -> Option<Running> {
    let bytes = std::fs::read(folder.join(FILE)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_there_as_long_as_the_server_and_names_an_address_to_connect_to() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), None);
        let address = "0.0.0.0:3000".parse().unwrap();
        let file = AddressFile::write(folder.path(), address, true).unwrap();
        let running = read(folder.path()).unwrap();
        assert_eq!((running.address, running.keyed), (address, true));
        assert_eq!(running.reachable().to_string(), "127.0.0.1:3000");
        drop(file);
        assert_eq!(read(folder.path()), None);
    }
}
