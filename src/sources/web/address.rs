//! The address guard: which addresses may be asked at all.
//!
//! A page on the web can redirect to, or its name can resolve to, a machine inside the user's own network. The HTTP client
//! never hands an IP literal to its resolver, so both are checked: the literal in the URL before every request
//! ([`check`]), and what a name resolves to before a connection is made ([`Resolver`]), which also ends DNS rebinding.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why an address is never asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AddressError {
    /// Neither http nor https.
    #[error("the scheme {0:?} is not read")]
    Scheme(String),
    /// `https://name:password@host/`.
    #[error("the address holds a user name or a password")]
    UserInfo,
    /// No host in it.
    #[error("the address names no host")]
    NoHost,
    /// An IP literal that is not on the public internet.
    #[error("{address} is not a public address ({range})")]
    NotPublic {
        /// The address, in its usual form.
        address: IpAddr,
        /// What the range is for.
        range: &'static str,
    },
    /// A name that only means something inside a network.
    #[error("{0} is a local name")]
    LocalName(String),
    /// A name that resolves to non-public addresses only.
    #[error("{name} resolves to no public address ({range})")]
    ResolvesInside {
        /// The name asked for.
        name: String,
        /// What the first range that was met is for.
        range: &'static str,
    },
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// The IANA special-purpose registry for IPv4.
const INSIDE_V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "this network"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "carrier-grade NAT"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "protocol assignments"),
    (v4(192, 0, 2, 0, 24), "documentation"),
    (v4(192, 88, 99, 0, 24), "6to4 relay"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(198, 18, 0, 0, 15), "benchmarking"),
    (v4(198, 51, 100, 0, 24), "documentation"),
    (v4(203, 0, 113, 0, 24), "documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// The only part of IPv6 that is routed on the internet; everything outside it is refused.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// What inside [`GLOBAL_V6`] is not public, and names for the well-known ranges outside it. First match wins.
const INSIDE_V6: &[(Ipv6Net, &str)] = &[
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), "loopback"),
    (Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96), "IPv4-mapped"),
    (v6(0x64, 0xff9b, 0, 96), "NAT64"),
    (v6(0x64, 0xff9b, 1, 48), "NAT64"),
    (v6(0x2001, 0, 0, 23), "Teredo and protocol assignments"),
    (v6(0x2001, 0xdb8, 0, 32), "documentation"),
    (v6(0x2002, 0, 0, 16), "6to4"),
    (v6(0x3fff, 0, 0, 20), "documentation"),
    (v6(0xfc00, 0, 0, 7), "unique local"),
    (v6(0xfe80, 0, 0, 10), "link-local"),
    (v6(0xff00, 0, 0, 8), "multicast"),
];

/// What an address that is not on the public internet is for; `None` for a public one.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => {
            INSIDE_V4.iter().find(|(net, _)| net.contains(&address)).map(|(_, range)| *range)
        }
        IpAddr::V6(address) => INSIDE_V6
            .iter()
            .find(|(net, _)| net.contains(&address))
            .map(|(_, range)| *range)
            .or((!GLOBAL_V6.contains(&address)).then_some("not global unicast")),
    }
}

/// Checks scheme, user info and an IP literal of `url`. With `allow_loopback`, 127.0.0.0/8, ::1 and `localhost` pass.
pub(super) fn check(url: &Url, allow_loopback: bool) -> Result<(), AddressError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::Scheme(url.scheme().chars().take(20).collect()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::UserInfo);
    }
    match url.host() {
        None | Some(Host::Domain("")) => Err(AddressError::NoHost),
        Some(Host::Domain(name)) if is_local_name(name) && !(allow_loopback && is_localhost(name)) => {
            Err(AddressError::LocalName(name.to_owned()))
        }
        Some(Host::Domain(_)) => Ok(()),
        Some(Host::Ipv4(address)) => check_literal(IpAddr::V4(address), allow_loopback),
        Some(Host::Ipv6(address)) => check_literal(IpAddr::V6(address), allow_loopback),
    }
}

fn check_literal(address: IpAddr, allow_loopback: bool) -> Result<(), AddressError> {
    match not_public(address) {
        Some(range) if !(allow_loopback && is_loopback(address)) => {
            Err(AddressError::NotPublic { address, range })
        }
        _ => Ok(()),
    }
}

/// 127.0.0.0/8 and ::1; not the IPv4-mapped form.
fn is_loopback(address: IpAddr) -> bool {
    address.is_loopback()
}

fn is_localhost(name: &str) -> bool {
    name.trim_end_matches('.').eq_ignore_ascii_case("localhost")
}

/// Names that RFC 6761, 6762 and 8375 reserve for the local network, and names without a dot.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !name.contains('.')
        || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|suffix| name.ends_with(suffix))
}

/// Keeps the public ones of the addresses that `name` resolved to.
fn public_only(
    name: &str,
    found: impl Iterator<Item = SocketAddr>,
    allow_loopback: bool,
) -> Result<Vec<SocketAddr>, AddressError> {
    let mut dropped = None;
    let kept: Vec<_> = found
        .filter(|socket| match not_public(socket.ip()) {
            Some(_) if allow_loopback && is_localhost(name) && is_loopback(socket.ip()) => true,
            Some(range) => {
                dropped.get_or_insert(range);
                false
            }
            None => true,
        })
        .collect();
    match (kept.is_empty(), dropped) {
        (true, Some(range)) => Err(AddressError::ResolvesInside { name: name.to_owned(), range }),
        _ => Ok(kept),
    }
}

/// Finds the addresses of a name.
pub(super) type LookUp = fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// A resolver, minus every address that is not public.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver {
    /// See [`check`].
    pub(super) allow_loopback: bool,
    pub(super) look_up: LookUp,
}

impl Resolver {
    /// The system's.
    pub(super) fn of_system(allow_loopback: bool) -> Self {
        // Port 0 is replaced by the client.
        let look_up: LookUp =
            |name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) });
        Self { allow_loopback, look_up }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { allow_loopback, look_up } = *self;
        Box::pin(async move {
            let found = look_up(name.as_str().to_owned()).await?.into_iter();
            let kept = public_only(name.as_str(), found, allow_loopback)?;
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn refuses_addresses_inside_whatever_their_form() {
        let table = [
            ("http://127.0.0.1/", "loopback"),
            ("http://2130706433/", "loopback"),
            ("http://0x7f.1/", "loopback"),
            ("http://0177.0.0.1/", "loopback"),
            ("http://127.1/", "loopback"),
            ("http://[::1]/", "loopback"),
            ("http://[::]/", "not global unicast"),
            ("http://[::ffff:127.0.0.1]/", "IPv4-mapped"),
            ("http://[::ffff:8.8.8.8]/", "IPv4-mapped"),
            ("http://[::7f00:1]/", "not global unicast"),
            ("http://169.254.169.254/latest/meta-data/", "link-local"),
            ("http://10.0.0.1/", "private"),
            ("http://172.31.255.255/", "private"),
            ("http://192.168.1.1:8080/", "private"),
            ("http://100.64.0.1/", "carrier-grade NAT"),
            ("http://198.19.0.1/", "benchmarking"),
            ("http://192.0.2.1/", "documentation"),
            ("http://198.51.100.7/", "documentation"),
            ("http://203.0.113.7/", "documentation"),
            ("http://0.0.0.0/", "this network"),
            ("http://224.0.0.1/", "multicast"),
            ("http://255.255.255.255/", "reserved"),
            ("http://[64:ff9b::7f00:1]/", "NAT64"),
            ("http://[64:ff9b:1::a00:1]/", "NAT64"),
            ("http://[2002:7f00:1::]/", "6to4"),
            ("http://[2001::1]/", "Teredo and protocol assignments"),
            ("http://[2001:db8::1]/", "documentation"),
            ("http://[3fff::1]/", "documentation"),
            ("http://[fc00::1]/", "unique local"),
            ("http://[fd12:3456::1]/", "unique local"),
            ("http://[fe80::1]/", "link-local"),
            ("http://[ff02::1]/", "multicast"),
            ("http://[5f00::1]/", "not global unicast"),
        ];
        for (url, expected) in table {
            match check(&Url::parse(url).unwrap(), false) {
                Err(AddressError::NotPublic { range, .. }) => assert_eq!(range, expected, "{url}"),
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn admits_public_addresses_and_names() {
        for url in
            ["http://8.8.8.8/", "https://[2606:4700::1111]/", "https://example.org/", "http://172.32.0.1/"]
        {
            assert_eq!(check(&Url::parse(url).unwrap(), false), Ok(()), "{url}");
        }
    }

    #[test]
    fn refuses_schemes_user_info_and_local_names() {
        let check = |url: &str| check(&Url::parse(url).unwrap(), false);
        for url in ["file:///etc/passwd", "ftp://example.org/", "data:text/html,x", "gopher://example.org/"] {
            assert!(matches!(check(url), Err(AddressError::Scheme(_))), "{url}");
        }
        assert_eq!(check("https://jane@example.org/"), Err(AddressError::UserInfo));
        assert_eq!(check("https://:secret@example.org/"), Err(AddressError::UserInfo));
        for url in ["http://localhost/", "http://LOCALHOST./", "http://intranet/", "http://printer.local/"] {
            assert!(matches!(check(url), Err(AddressError::LocalName(_))), "{url}");
        }
    }

    #[test]
    fn the_switch_for_tests_admits_loopback_only() {
        for (url, admitted) in [
            ("http://127.0.0.1:1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]/", true),
            ("http://localhost/", true),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://10.0.0.1/", false),
            ("http://169.254.169.254/", false),
            ("http://evil.localhost/", false),
            ("http://intranet/", false),
        ] {
            assert_eq!(check(&Url::parse(url).unwrap(), true).is_ok(), admitted, "{url}");
        }
    }

    #[test]
    fn names_that_resolve_inside_are_dropped() {
        let sockets = |list: &[&str]| -> Vec<SocketAddr> {
            list.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect()
        };
        let mixed = sockets(&["127.0.0.1", "93.184.215.14", "fd00::1", "::ffff:10.0.0.1"]);
        let kept = public_only("example.org", mixed.into_iter(), false).unwrap();
        assert_eq!(kept, sockets(&["93.184.215.14"]));

        let inside = sockets(&["127.0.0.1", "::1"]);
        let refused = public_only("rebind.example", inside.clone().into_iter(), true).unwrap_err();
        assert_eq!(refused.to_string(), "rebind.example resolves to no public address (loopback)");
        assert!(public_only("localhost", inside.clone().into_iter(), false).is_err());
        assert_eq!(public_only("localhost", inside.clone().into_iter(), true).unwrap(), inside);
    }

    #[tokio::test]
    async fn the_resolver_refuses_localhost_unless_told() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Resolver::of_system(false).resolve(name()).await.is_err());
        assert!(Resolver::of_system(true).resolve(name()).await.is_ok());
    }
}
