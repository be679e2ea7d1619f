//! Networks, and which addresses are nobody's business unless an operator says so.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// An address range: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Text that is no network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a network: write `address/prefix`, such as `10.0.0.0/8`")]
pub struct BadNetwork(String);

impl Network {
    /// Whether an address is in it; IPv4 in IPv6's clothes counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let bits = 32_u32.saturating_sub(u32::from(self.prefix));
                own.to_bits().checked_shr(bits) == other.to_bits().checked_shr(bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let bits = 128_u32.saturating_sub(u32::from(self.prefix));
                own.to_bits().checked_shr(bits) == other.to_bits().checked_shr(bits)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Network, BadNetwork> {
        let bad = || BadNetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().map_err(|_| bad())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), |prefix| prefix.trim().parse().map_err(|_| bad()))?;
        if prefix > most { Err(bad()) } else { Ok(Network { address, prefix }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// What kind of address this is, if it is not one of the public internet.
#[must_use]
pub(crate) fn reserved(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(address) => reserved_v4(address),
        IpAddr::V6(address) => reserved_v6(address),
    }
}

fn reserved_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, _, _) => "unspecified",
        (10, _, _) | (192, 168, _) | (172, 16..=31, _) => "private",
        (100, 64..=127, _) => "shared (carrier-grade NAT, metadata)",
        (127, _, _) => "loopback",
        (169, 254, _) => "link-local (metadata)",
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => "reserved",
        (224..=239, _, _) => "multicast",
        (240..=255, _, _) => "reserved",
        _ => return None,
    })
}

fn reserved_v6(address: Ipv6Addr) -> Option<&'static str> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let within = |high: u16, low: u16| {
        let [[p, q], [r, s]] = [high.to_be_bytes(), low.to_be_bytes()];
        reserved_v4(Ipv4Addr::new(p, q, r, s))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0) if g == 0 && h == 1 => Some("loopback"),
        (0, 0, 0, 0, 0, 0) => Some("unspecified"),
        // Other protocols' addresses with an IPv4 address inside.
        (0x64, 0xff9b, 0, 0, 0, 0) => within(g, h),
        (0x64, 0xff9b, ..) | (0x2001, 0, ..) | (0, 0, 0, 0, 0xffff, 0) => Some("reserved"),
        (0x2002, ..) => within(b, c),
        (0xfe80..=0xfebf, ..) => Some("link-local"),
        (0xfec0..=0xfeff, ..) | (0xfc00..=0xfdff, ..) => Some("private"),
        (0xff00..=0xffff, ..) => Some("multicast"),
        (0x2001, 0xdb8, ..) | (0x100, 0, 0, 0, ..) => Some("reserved"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(address: &str) -> Option<&'static str> {
        reserved(address.parse().expect("an address"))
    }

    #[test]
    fn addresses_inside_of_other_addresses_are_seen() {
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "ff02::1",
            "::7f00:1",
            "64:ff9b:1::a00:1",
            "2001::1",
        ];
        for address in inside {
            assert!(kind(address).is_some(), "{address} is not public");
        }
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
        {
            assert_eq!(kind(address), None, "{address} is public");
        }
    }

    #[test]
    fn networks_contain_what_they_say() {
        let contains = |network: &str, address: &str| {
            network.parse::<Network>().expect("a network").contains(address.parse().expect("an address"))
        };
        assert!(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.0.0.1"), "IPv4 in IPv6's clothes");
        assert!(contains("127.0.0.1", "127.0.0.1") && !contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("0.0.0.0/0", "8.8.8.8") && !contains("0.0.0.0/0", "::1"));
        assert!(contains("fd00::/8", "fd12::1") && contains("::/0", "::1"));
        for text in ["10.0.0.0/33", "10.0.0/8", "", "a/8", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
