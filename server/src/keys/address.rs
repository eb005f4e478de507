//! Whose address a request counts for.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// The header in which proxies list the addresses that a request came from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the caller: that of the peer or, if the peer is a trusted proxy, the last one in
/// `X-Forwarded-For` that is not. Addresses before it could be invented by the caller.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer.to_canonical();
    let lists = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut addresses = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.rsplit(','));
    while trusted.contains(&client)
        && let Some(Ok(before)) = addresses.next().map(|address| address.trim().parse())
    {
        client = IpAddr::to_canonical(&before);
    }
    client
}

/// What is limited as one caller: an address, and in IPv6 the network of 64 bits that one customer
/// of a provider has for himself.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_whose_request_it_is() {
        let trusted: Vec<IpAddr> = ["10.0.0.1", "10.0.0.2"].map(|a| a.parse().unwrap()).into();
        let client = |peer: &str, lists: &[&str]| {
            let mut headers = HeaderMap::new();
            for list in lists {
                headers.append(FORWARDED_FOR, list.parse().unwrap());
            }
            client(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(client("192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        let invented = ["203.0.113.9, 198.51.100.1, 10.0.0.2"];
        assert_eq!(client("10.0.0.1", &invented), "198.51.100.1");
        let lists = ["203.0.113.9", "198.51.100.1"];
        assert_eq!(client("10.0.0.1", &lists), "198.51.100.1");
        assert_eq!(client("::ffff:10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(client("10.0.0.1", &["unknown"]), "10.0.0.1");
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let network = |address: &str| network(address.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }
}
