//! Where a request comes from.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::config::Network;

/// The other end of a connection, and the client behind trusted proxies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// The connection's other end.
    pub(crate) socket: IpAddr,
    /// Who a trusted proxy says the client is; the socket's address without any.
    pub(crate) client: IpAddr,
}

impl Peer {
    /// The last address that no trusted proxy wrote.
    pub(crate) fn of(socket: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> Self {
        Self {
            socket,
            client: client(socket, headers, proxies).unwrap_or(socket),
        }
    }
}

/// An IPv6 client has a whole /64 to itself.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn client(socket: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> Option<IpAddr> {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    if !trusted(socket) {
        return None;
    }
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok());
    let hops: Vec<&str> = forwarded
        .flat_map(|v| v.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.into_iter().rev() {
        let address = hop.parse().ok()?;
        if !trusted(address) {
            return Some(address);
        }
    }
    None
}

impl Network {
    /// Whether an address lies in this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32_u32.saturating_sub(u32::from(self.bits));
                u32::from(network).checked_shr(shift) == u32::from(address).checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128_u32.saturating_sub(u32::from(self.bits));
                u128::from(network).checked_shr(shift) == u128::from(address).checked_shr(shift)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies = [Network {
            address: "10.0.0.0".parse().unwrap(),
            bits: 8,
        }];
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "6.6.6.6, 1.2.3.4, 10.1.1.1".parse().unwrap(),
        );
        let of = |socket: &str| {
            Peer::of(socket.parse().unwrap(), &headers, &proxies)
                .client
                .to_string()
        };
        assert_eq!(of("10.9.9.9"), "1.2.3.4");
        assert_eq!(of("8.8.8.8"), "8.8.8.8");
    }
}
