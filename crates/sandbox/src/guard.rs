//! The sandbox answers this machine only: peer and `Host` are loopback, and nothing forwarded the request.

use std::net::SocketAddr;

use axum::http::HeaderMap;

/// Why a request is refused, if it is.
pub(crate) fn refusal(peer: SocketAddr, headers: &HeaderMap) -> Option<&'static str> {
    if !peer.ip().to_canonical().is_loopback() {
        return Some("The sandbox answers this machine only.");
    }
    let host = headers
        .get("host")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !is_loopback(host) {
        return Some("The sandbox answers under an address of this machine only.");
    }
    let forwarded = |name: &str| name == "forwarded" || name.starts_with("x-forwarded-");
    if headers.keys().any(|name| forwarded(name.as_str())) {
        return Some("The sandbox answers no forwarded requests.");
    }
    let own = format!("http://{host}");
    match headers.get("origin") {
        Some(origin) if origin.as_bytes() != own.as_bytes() => {
            Some("The sandbox answers no other site's pages.")
        }
        _ => None,
    }
}

fn is_loopback(host: &str) -> bool {
    match url::Url::parse(&format!("http://{host}/"))
        .ok()
        .as_ref()
        .and_then(url::Url::host)
    {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn refused(peer: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        refusal(peer.parse().unwrap(), &headers.collect()).is_some()
    }

    #[test]
    fn only_this_machine_is_answered() {
        assert!(!refused("127.0.0.1:9", &[("host", "127.0.0.1:8788")]));
        assert!(!refused(
            "[::ffff:127.0.0.1]:9",
            &[
                ("host", "localhost:8788"),
                ("origin", "http://localhost:8788")
            ]
        ));
        assert!(refused("10.0.0.2:9", &[("host", "127.0.0.1:8788")]));
        assert!(refused("127.0.0.1:9", &[]));
        assert!(refused("127.0.0.1:9", &[("host", "evil.example:8788")]));
        assert!(refused(
            "127.0.0.1:9",
            &[("host", "localhost.evil.example")]
        ));
        assert!(refused(
            "127.0.0.1:9",
            &[("host", "localhost"), ("x-forwarded-for", "1.2.3.4")]
        ));
        assert!(refused(
            "127.0.0.1:9",
            &[("host", "localhost"), ("forwarded", "for=1.2.3.4")]
        ));
        assert!(refused(
            "127.0.0.1:9",
            &[("host", "localhost"), ("origin", "https://evil.example")]
        ));
    }
}
