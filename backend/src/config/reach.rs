//! Who can reach an address at all.

use std::net::{IpAddr, Ipv6Addr};
use url::Host;

/// Endings of names that the world's name servers don't answer (RFC 6761, 6762 and 8375, and ICANN's `internal`).
const NAMES_AT_HOME: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

/// Whether only the house itself, or this machine alone, can reach the host: loopback, private networks, links, and
/// names that nobody else knows.
pub(super) fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_private_name(name),
        Host::Ipv4(ip) => is_private_ip((*ip).into()),
        Host::Ipv6(ip) => is_private_ip(ip.to_canonical()),
    }
}

/// A name in lower case, as [`url::Url`] gives it.
fn is_private_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ends_at_home = |end: &str| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || NAMES_AT_HOME.into_iter().any(ends_at_home)
}

fn is_private_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn private(url: &str) -> bool {
        Config { public_url: url.parse().expect("an address"), ..Config::default() }.is_private()
    }

    #[test]
    fn what_the_world_cannot_reach_is_private() {
        for url in [
            "http://10.0.0.1:8080",
            "http://10.255.255.254",
            "http://172.16.0.1",
            "http://172.31.9.9",
            "http://192.168.178.20:8080",
            "http://169.254.3.4",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://0.0.0.0:8080",
            "http://[::1]:8080",
            "http://[::]:8080",
            "http://[fc00::1]",
            "http://[fd12:3456::1]",
            "http://[fe80::1]",
            "http://[febf::1]",
            "http://[::ffff:192.168.1.2]",
            "http://localhost:8080",
            "https://LOCALHOST",
            "http://bar.localhost",
            "https://jukebox.local",
            "https://Jukebox.LOCAL.",
            "https://jukebox.bar.local",
            "https://jukebox.internal",
            "https://jukebox.home.arpa",
            "https://jukebox",
            "https://jukebox.",
        ] {
            assert!(private(url), "{url}");
        }
    }

    #[test]
    fn what_the_world_can_reach_is_not() {
        for url in [
            "https://jukeline.example",
            "https://jukeline.example:8443",
            "https://jukeline.example.",
            "https://local.example",
            "https://notlocal.example",
            "https://mylocalhost.example",
            "https://10.example",
            "http://192.0.2.1:8080",
            "http://9.255.255.255",
            "http://11.0.0.1",
            "http://172.15.0.1",
            "http://172.32.0.1",
            "http://192.169.0.1",
            "http://169.253.0.1",
            "http://[2001:db8::1]",
            "http://[fec0::1]",
            "http://[::ffff:192.0.2.1]",
        ] {
            assert!(!private(url), "{url}");
        }
    }
}
