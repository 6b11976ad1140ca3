//! Addresses in settings: URLs, networks and the database.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use url::{Host, Url};

use super::secret::Secret;

/// What is wrong with a value and what to do about it, without the value itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// What is wrong, to follow the value or the setting's name.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) fix: String,
}

/// An `http` or `https` address, without a slash at its end, user, query or fragment.
#[derive(Debug, Clone)]
pub(crate) struct WebUrl(Url);

/// A network of addresses, such as 10.0.0.0/8. A single address is a network of full length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    /// The first address; all bits beyond the prefix are zero.
    pub(crate) network: IpAddr,
    /// How many leading bits count.
    pub(crate) prefix: u8,
}

/// Where the data is kept.
#[derive(Debug, Clone)]
pub(crate) enum DatabaseUrl {
    /// The file of the embedded database.
    Sqlite(PathBuf),
    /// The whole address of the server; it may hold a password.
    Postgres(Secret),
}

impl Wrong {
    /// Puts both sentences together.
    pub(crate) fn new(message: &str, fix: &str) -> Self {
        Self {
            message: message.to_owned(),
            fix: fix.to_owned(),
        }
    }
}

impl WebUrl {
    /// Reads an address that may have a path.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let fix = "give an address such as https://api.example.org";
        let url = Url::parse(text).map_err(|_| Wrong::new("is not an address", fix))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Wrong::new("does not begin with http:// or https://", fix));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Wrong::new(
                "has a user or password",
                "remove the part before the @",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Wrong::new(
                "has a query or fragment",
                "remove what begins with ? or #",
            ));
        }
        Ok(Self(url))
    }

    /// Reads an address without a path: the server needs the whole origin, since its cookies and pages live at `/`.
    pub(crate) fn parse_origin(text: &str) -> Result<Self, Wrong> {
        let url = Self::parse(text)?;
        match url.0.path() {
            "/" => Ok(url),
            _ => Err(Wrong::new(
                "has a path",
                "give the address alone, and let a proxy map it to `/`",
            )),
        }
    }

    /// The address, without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it is encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it leads to this machine only.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            Some(Host::Ipv4(ip)) => is_loopback(ip.into()),
            Some(Host::Ipv6(ip)) => is_loopback(ip.into()),
            None => false,
        }
    }

    /// Whether it is "every address of this machine", which nobody else can reach.
    pub(crate) fn is_unspecified(&self) -> bool {
        match self.0.host() {
            Some(Host::Ipv4(ip)) => ip.is_unspecified(),
            Some(Host::Ipv6(ip)) => IpAddr::from(ip).to_canonical().is_unspecified(),
            Some(Host::Domain(_)) | None => false,
        }
    }

    /// Whether it is exactly `https://{host}`, on the usual port.
    pub(crate) fn is_https_of(&self, host: &str) -> bool {
        self.is_https() && self.0.host_str() == Some(host) && self.0.port().is_none()
    }
}

/// Whether an address leads to this machine only.
pub(crate) fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// Reads an address with a port. Names are not looked up: what they mean could change between two starts.
pub(crate) fn socket(text: &str) -> Result<SocketAddr, Wrong> {
    text.parse().map_err(|_| {
        let fix = match text.rsplit_once(':') {
            Some(("localhost", port)) => format!("write 127.0.0.1:{port}"),
            Some(("" | "*", port)) => {
                format!("write 0.0.0.0:{port} for every address of this machine")
            }
            _ => "write it as 127.0.0.1:8787 or [::1]:8787".to_owned(),
        };
        Wrong {
            message: "is not an IP address with a port".to_owned(),
            fix,
        }
    })
}

impl Cidr {
    /// Reads `10.0.0.0/8` or a single address.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = || {
            Wrong::new(
                "is not an address or network",
                "write it as 10.0.0.0/8 or 192.0.2.7",
            )
        };
        let (ip, prefix) = text
            .split_once('/')
            .map_or((text, None), |(ip, prefix)| (ip, Some(prefix)));
        let ip: IpAddr = ip.parse().map_err(|_| wrong())?;
        let bits = if ip.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix
                .parse()
                .ok()
                .filter(|prefix| *prefix <= bits)
                .ok_or_else(wrong)?,
            None => bits,
        };
        let network = masked(ip, bits - prefix);
        if network == ip {
            return Ok(Self { network, prefix });
        }
        let fix = format!("write {network}/{prefix}, or the address alone");
        Err(Wrong {
            message: "is an address inside a network, not the network".to_owned(),
            fix,
        })
    }
}

impl DatabaseUrl {
    /// Reads `sqlite://path` or `postgres://…`.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let fix = "write sqlite://path/to/file.db or postgres://user:password@host/name";
        match text.split_once("://") {
            Some(("sqlite", "")) => Err(Wrong::new("names no file", fix)),
            Some(("sqlite", path)) if path.contains('?') => Err(Wrong::new(
                "has parameters",
                "write sqlite:// and the path alone",
            )),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", "")) => Err(Wrong::new("names no host", fix)),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(Secret::new(text))),
            _ => Err(Wrong::new("is no SQLite or PostgreSQL address", fix)),
        }
    }

    /// What tells it from other databases, without user, password and parameters.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Sqlite(path) => {
                let whole = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
                whole.as_ref().unwrap_or(path).display().to_string()
            }
            Self::Postgres(url) => {
                let (_, place) = url.expose().split_once("://").unwrap_or_default();
                let place = place.split('?').next().unwrap_or_default();
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                format!("postgres://{place}")
            }
        }
    }
}

fn masked(ip: IpAddr, free_bits: u8) -> IpAddr {
    let free_bits = u32::from(free_bits);
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(free_bits).unwrap_or(0);
            IpAddr::V4((u32::from(ip) & mask).into())
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(free_bits).unwrap_or(0);
            IpAddr::V6((u128::from(ip) & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_urls_are_parsed_not_matched() {
        let url = WebUrl::parse_origin("HTTPS://API.Example.org/").unwrap();
        assert_eq!(url.as_str(), "https://api.example.org");
        for text in [
            "",
            "api.example.org",
            "ftp://x.org",
            "javascript:alert(1)",
            "https://a@b.org",
            "https://b.org?x=1",
            "https://b.org#x",
            "https://",
            "https://b.org:99999",
        ] {
            assert!(WebUrl::parse(text).is_err(), "{text}");
        }
        assert!(WebUrl::parse("https://b.org/path").is_ok());
        assert!(WebUrl::parse_origin("https://b.org/path").is_err());
    }

    #[test]
    fn loopback_is_seen_in_every_spelling() {
        for text in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(
                WebUrl::parse(&format!("http://{text}"))
                    .unwrap()
                    .is_loopback(),
                "{text}"
            );
        }
        for text in [
            "localhost.org",
            "10.0.0.1",
            "0.0.0.0",
            "[::2]",
            "127.0.0.1.org",
        ] {
            assert!(
                !WebUrl::parse(&format!("http://{text}"))
                    .unwrap()
                    .is_loopback(),
                "{text}"
            );
        }
    }

    #[test]
    fn only_the_exact_host_counts() {
        let of_stripe = |text: &str| WebUrl::parse(text).unwrap().is_https_of("api.stripe.com");
        assert!(of_stripe("https://api.stripe.com/"));
        for text in [
            "http://api.stripe.com",
            "https://api.stripe.com.evil.org",
            "https://api.stripe.com:8443",
            "https://stripe.com",
        ] {
            assert!(!of_stripe(text), "{text}");
        }
    }

    #[test]
    fn sockets_say_how_to_write_them() {
        assert!(socket("127.0.0.1:0").is_ok());
        assert!(socket("[::]:8787").is_ok());
        assert_eq!(
            socket("localhost:80").unwrap_err().fix,
            "write 127.0.0.1:80"
        );
        assert!(
            socket(":80")
                .unwrap_err()
                .fix
                .starts_with("write 0.0.0.0:80")
        );
        assert!(socket("8787").unwrap_err().fix.contains("127.0.0.1:8787"));
    }

    #[test]
    fn networks_hold_no_host_bits() {
        let cidr =
            |text: &str| Cidr::parse(text).map(|cidr| (cidr.network.to_string(), cidr.prefix));
        assert_eq!(cidr("10.0.0.0/8"), Ok(("10.0.0.0".to_owned(), 8)));
        assert_eq!(cidr("192.0.2.7"), Ok(("192.0.2.7".to_owned(), 32)));
        assert_eq!(cidr("0.0.0.0/0"), Ok(("0.0.0.0".to_owned(), 0)));
        assert_eq!(cidr("::/0"), Ok(("::".to_owned(), 0)));
        assert_eq!(cidr("fd00::/8"), Ok(("fd00::".to_owned(), 8)));
        assert_eq!(
            cidr("10.1.2.3/8").unwrap_err().fix,
            "write 10.0.0.0/8, or the address alone"
        );
        for text in ["10.0.0.0/33", "10.0.0.0/", "ten", "", "::/129"] {
            assert!(cidr(text).is_err(), "{text}");
        }
    }

    #[test]
    fn name_of_a_database_holds_no_secret() {
        let name = |text: &str| DatabaseUrl::parse(text).unwrap().name();
        assert_eq!(
            name("postgresql://u:p@ss@h:5/d?password=x@y"),
            "postgres://h:5/d"
        );
        assert_eq!(name("postgres://h/d"), "postgres://h/d");
        assert_eq!(name("sqlite:///no/such/x.db"), "/no/such/x.db");
    }

    #[test]
    fn database_is_sqlite_or_postgresql() {
        let path = |text: &str| match DatabaseUrl::parse(text) {
            Ok(DatabaseUrl::Sqlite(path)) => path,
            _ => PathBuf::new(),
        };
        assert_eq!(path("sqlite://data/x.db"), PathBuf::from("data/x.db"));
        assert_eq!(path("sqlite:///var/x.db"), PathBuf::from("/var/x.db"));
        assert!(matches!(
            DatabaseUrl::parse("postgres://u:p@h/d"),
            Ok(DatabaseUrl::Postgres(_))
        ));
        assert!(matches!(
            DatabaseUrl::parse("postgresql://h/d"),
            Ok(DatabaseUrl::Postgres(_))
        ));
        for text in [
            "sqlite://",
            "sqlite::memory:",
            "sqlite://x.db?mode=ro",
            "mysql://h/d",
            "postgres://",
            "x.db",
        ] {
            assert!(DatabaseUrl::parse(text).is_err(), "{text}");
        }
    }
}
