//! Which addresses may be connected to. Developers name issuers, so a request must never be a way into
//! the network that the server stands in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::oidc::Failure;

/// How far requests may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, by https only: production.
    Public,
    /// This machine too, also by plain http: development.
    PublicAndLoopback,
}

impl Reach {
    fn allows(self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        is_public(ip) || (self == Self::PublicAndLoopback && ip.is_loopback())
    }

    /// Reads an address that people or we are sent to; `what` names it in the failure.
    ///
    /// https only, but for plain http to this machine where that is allowed; no user names, no fragment.
    /// A name is judged when it is resolved, and a number here.
    pub(super) fn check(self, what: &str, text: &str) -> Result<Url, Failure> {
        let refuse = |why: &str| Failure::Refused(format!("The {what} {text} {why}"));
        let url = Url::parse(text).map_err(|_| refuse("is not an address"))?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(refuse("has a user name, a password or a fragment"));
        }
        let (literal, local) = match url.host() {
            Some(Host::Ipv4(ip)) => (Some(IpAddr::from(ip)), ip.is_loopback()),
            Some(Host::Ipv6(ip)) => {
                let ip = IpAddr::from(ip).to_canonical();
                (Some(ip), ip.is_loopback())
            }
            Some(Host::Domain(name)) => (None, name == "localhost"),
            None => return Err(refuse("has no host")),
        };
        let plain = url.scheme() == "http" && local && self == Self::PublicAndLoopback;
        if url.scheme() != "https" && !plain {
            return Err(refuse("is not https"));
        }
        // Below 1024 other services listen, which must not be spoken to (cases OUT-04).
        if !plain && url.port().is_some_and(|port| port < 1024) {
            return Err(refuse("has the port of another service"));
        }
        if literal.is_some_and(|ip| !self.allows(ip)) {
            return Err(refuse("is not a public address"));
        }
        Ok(url)
    }
}

/// Resolves names and leaves out every address that must not be connected to. The connection is made to
/// what this answers, so that a name cannot mean something else a moment later.
pub(super) struct Guard(pub(super) Reach);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| reach.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(Blocked.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// A name that leads to no address that may be connected to.
#[derive(Debug)]
pub(super) struct Blocked;

impl std::fmt::Display for Blocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the name does not lead to a public address")
    }
}

impl std::error::Error for Blocked {}

/// IPv4 networks that are not the open internet, with the number of bits that count.
const SPECIAL_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // shared by carriers
    ([127, 0, 0, 0], 8),      // loopback
    ([168, 63, 129, 16], 32), // services of one cloud's hosts, at an address that looks public
    ([169, 254, 0, 0], 16),   // link-local, where clouds keep their metadata
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments
    ([192, 0, 2, 0], 24),     // examples
    ([192, 88, 99, 0], 24),   // 6to4 relays
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // examples
    ([203, 0, 113, 0], 24),   // examples
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, broadcast
];

/// Whether an address is one of the open internet (the special-purpose registries of RFC 6890 and later).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let inside = |(network, bits): &([u8; 4], u32)| {
        let shift = 32 - bits;
        u32::from(Ipv4Addr::from(*network)) >> shift == u32::from(ip) >> shift
    };
    !SPECIAL_V4.iter().any(inside)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Only 2000::/3 is given out; in it: protocol assignments and Teredo, examples, 6to4.
    let given_out = (0x2000..=0x3fff).contains(&a);
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || a == 0x3fff;
    given_out && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(ip: &str) -> bool {
        Reach::Public.allows(ip.parse().unwrap())
    }

    #[test]
    fn only_the_open_internet_is_public() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
        ] {
            assert!(!public(ip), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "168.63.129.17",
            "::ffff:8.8.8.8",
            "2606:4700:4700::1111",
            "2001:4860:4860::8888",
        ] {
            assert!(public(ip), "{ip}");
        }
    }

    #[test]
    fn this_machine_is_reached_in_development_only() {
        for ip in ["127.0.0.1", "::1"] {
            assert!(Reach::PublicAndLoopback.allows(ip.parse().unwrap()));
        }
        for ip in ["10.0.0.1", "169.254.169.254", "0.0.0.0"] {
            assert!(!Reach::PublicAndLoopback.allows(ip.parse().unwrap()));
        }
    }

    #[test]
    fn addresses_are_https_and_nothing_odd() {
        let check = |reach: Reach, text: &str| reach.check("issuer", text).is_ok();
        for good in [
            "https://id.example.com/realms/a",
            "https://id.example.com:443",
            "https://id.example.com:8443/a",
            "https://1.1.1.1",
        ] {
            assert!(check(Reach::Public, good), "{good}");
        }
        for bad in [
            "http://id.example.com",
            "http://127.0.0.1:9000",
            "https://127.0.0.1",
            "https://[::1]",
            "https://2130706433",
            "https://0x7f.1",
            "https://169.254.169.254",
            "https://[::ffff:10.0.0.1]",
            "https://a:b@id.example.com",
            "https://id.example.com@evil.example",
            "https://id.example.com:22",
            "https://id.example.com:80",
            "https://id.example.com:0",
            "https://id.example.com/#a",
            "ftp://id.example.com",
            "file:///etc/passwd",
            "",
        ] {
            assert!(!check(Reach::Public, bad), "{bad}");
        }
        for local in [
            "http://127.0.0.1:9000",
            "http://localhost:9000/a",
            "http://[::1]:9000",
        ] {
            assert!(check(Reach::PublicAndLoopback, local), "{local}");
        }
        assert!(!check(Reach::PublicAndLoopback, "http://id.example.com"));
        assert!(!check(Reach::PublicAndLoopback, "https://10.0.0.1"));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_resolved() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Guard(Reach::Public).resolve(name()).await.is_err());
        let found = Guard(Reach::PublicAndLoopback).resolve(name()).await;
        assert!(found.unwrap().all(|address| address.ip().is_loopback()));
    }
}
