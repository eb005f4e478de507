//! A service that others can reach needs a key.

use std::net::SocketAddr;

use anyhow::{Result, bail};

use super::admit::Keys;

/// Refuses to listen where other machines can reach a service without any key.
///
/// # Errors
/// The reason, and what to do.
pub fn check(address: SocketAddr, keys: &Keys) -> Result<()> {
    if address.ip().to_canonical().is_loopback() || !keys.are_none() {
        return Ok(());
    }
    bail!(
        "other machines could reach the service at {address}, and it has no key, so everything in it \
         could be read by anybody; make a key with `parallax key new`, and name its file with \
         --keys-file or set PARALLAX_KEY, or listen on 127.0.0.1"
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Settings};
    use super::*;

    #[test]
    fn without_a_key_only_this_machine_can_be_served() {
        let none = Keys::default();
        let key = vec![Key::of_all("a", "secret")];
        let one = Keys::new(&Settings::default(), key).unwrap();
        for address in ["127.0.0.1:3000", "[::1]:3000", "[::ffff:127.0.0.1]:3000"] {
            assert!(check(address.parse().unwrap(), &none).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:3000", "[::]:3000", "192.0.2.1:80"] {
            let address = address.parse().unwrap();
            let why = check(address, &none).unwrap_err().to_string();
            for part in ["no key", "--keys-file", "PARALLAX_KEY"] {
                assert!(why.contains(part), "{why}");
            }
            assert!(check(address, &one).is_ok());
        }
    }
}
