//! Where a receiver is: names become addresses once, and all of them must be allowed.

use crate::{
    deadline::Deadline,
    model::{Invalid, delivery::AttemptResult},
    webhook::egress::{Policy, Target},
};
use futures_util::future::BoxFuture;
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time,
};

/// Addresses tried of each family. IPv4 comes first: functions rarely have a way out over IPv6.
const MAX_TRIES: usize = 2;

/// How long registering an endpoint waits for the name.
const VET_TIMEOUT: Duration = Duration::from_secs(2);

/// The way to the world. Tests play their own.
pub(super) trait Reachable: Send + Sync {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>>;
}

/// Resolvers and sockets of this machine.
pub(super) struct Internet;

impl Reachable for Internet {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move {
            if host.ends_with(".localhost") {
                // No resolver knows these names, and all of them mean this machine (RFC 6761).
                return Ok(lookup_host(("localhost", port)).await?.collect());
            }
            Ok(lookup_host((host, port)).await?.collect())
        })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(address))
    }
}

/// Judges a URL when it is registered: its form, and where its name points now. A name that does
/// not resolve yet is let through; each delivery resolves it anew and decides for itself.
///
/// # Errors
///
/// Says in one sentence what is wrong with the URL.
pub async fn vet(url: &str, policy: Policy) -> Result<(), Invalid> {
    vet_on(&Internet, url, policy).await
}

/// The same over this network.
pub(super) async fn vet_on(
    network: &dyn Reachable,
    url: &str,
    policy: Policy,
) -> Result<(), Invalid> {
    let target = Target::parse(url, policy)?;
    match time::timeout(Deadline::limit(VET_TIMEOUT), addresses(network, &target, policy)).await {
        Ok(Err(AttemptResult::Refused)) => Err(Invalid::new(
            "must not name a host that resolves to a private, local or reserved address",
        )),
        Ok(Ok(_) | Err(_)) | Err(_) => Ok(()),
    }
}

/// The addresses to try. Resolves once; one address that is not allowed spoils them all.
pub(super) async fn addresses(
    network: &dyn Reachable,
    target: &Target,
    policy: Policy,
) -> Result<Vec<SocketAddr>, AttemptResult> {
    let found = match target.ip {
        Some(ip) => vec![SocketAddr::new(ip, target.port)],
        None => {
            let found = network.resolve(&target.host, target.port).await;
            found.map_err(|_| AttemptResult::Dns)?
        }
    };
    if found.is_empty() {
        return Err(AttemptResult::Dns);
    }
    if !found.iter().all(|address| policy.allows(address.ip())) {
        return Err(AttemptResult::Refused);
    }
    let (v4, v6): (Vec<_>, Vec<_>) = found.into_iter().partition(SocketAddr::is_ipv4);
    Ok(v4.into_iter().take(MAX_TRIES).chain(v6.into_iter().take(MAX_TRIES)).collect())
}
