//! Secrets of the platform surface's clients: what a wrong one leads to, and how one is replaced.

use super::{Commit, Problem, Result, Unauthenticated};
use crate::{
    model::{Time, tenant::Client},
    store::{Table, client as client_store, throttle::Counter},
};

/// Wrong secrets of clients that exist, from one network, in one stretch of time. A right secret is
/// looked at first and always passes, so nobody can use this against a client's owner.
const MAX_WRONG: i64 = 100;
const WRONG_WINDOW_S: i64 = 600;

/// Counts a wrong secret, by network and by client, and says what the caller hears.
pub async fn refuse(store: &Table, client: &Client, network: String, now: Time) -> Result<Problem> {
    let counter = Counter {
        what: "client_secret",
        whom: network,
        limit: MAX_WRONG,
        window_s: WRONG_WINDOW_S,
    };
    if store.count_try(&[&counter], now).await?.is_some() {
        return Ok(Problem::RateLimited { retry_after_s: counter.wait_s(now) });
    }
    // Only who guesses has to wait: a stranger must not be able to lock the owner out.
    if let Some(seconds) = client.blocked_for_seconds(now) {
        return Ok(Problem::RateLimited { retry_after_s: seconds });
    }
    store.note_failure(client, client.block_after_failure(now)).await?;
    Ok(Problem::Unauthenticated(Unauthenticated::Client))
}

/// Longest time for which a replaced secret goes on being good: 30 days.
pub const MAX_OVERLAP_S: i64 = 30 * 86_400;

/// Gives a client a new secret, of which only the hash is kept. The one before is good for
/// `overlap_s` seconds more: with 0 it ends at once. Tokens that it got end within the hour.
///
/// # Errors
/// Somebody else replaces the secret at the same moment.
pub async fn replace(
    store: &Table,
    client: &Client,
    hash: String,
    overlap_s: i64,
    now: Time,
) -> Result<Client> {
    let next = client.with_secret(hash, overlap_s, now);
    let write = client_store::put_secret(client, &next);
    Commit::new().write(write, Problem::Contended).run(store).await?;
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        self,
        memory::Memory,
        tests::{now, scope},
    };

    fn client(name: &str) -> Client {
        Client {
            client_id: name.to_owned(),
            scope: scope(),
            secret_hash: "1.hash".to_owned(),
            replaced: None,
            scopes: "users:read".to_owned(),
            failures: 0,
            blocked_until: None,
        }
    }

    async fn wrong(store: &Table, name: &str, network: &str) -> bool {
        let client = store.client(name).await.unwrap().unwrap();
        let problem = refuse(store, &client, network.to_owned(), now()).await.unwrap();
        matches!(problem, Problem::RateLimited { .. })
    }

    #[tokio::test]
    async fn a_network_that_guesses_many_clients_has_to_wait_and_others_do_not() {
        let store = Table::Memory(Memory::default());
        for n in 0..=100 {
            store
                .commit(vec![store::client::insert(&client(&format!("client-{n}")))])
                .await
                .unwrap();
        }
        for n in 0..100 {
            assert!(!wrong(&store, &format!("client-{n}"), "203.0.113.0/24").await, "{n}");
        }
        assert!(wrong(&store, "client-100", "203.0.113.0/24").await);
        assert!(!wrong(&store, "client-100", "198.51.100.0/24").await);
    }

    #[tokio::test]
    async fn guesses_at_one_client_slow_down_whatever_network_they_come_from() {
        let store = Table::Memory(Memory::default());
        store.commit(vec![store::client::insert(&client("client-0"))]).await.unwrap();
        for n in 0..5 {
            assert!(!wrong(&store, "client-0", &format!("203.0.{n}.0/24")).await, "{n}");
        }
        assert!(wrong(&store, "client-0", "198.51.100.0/24").await);
    }

    #[tokio::test]
    async fn a_secret_that_two_replace_at_once_is_replaced_once() {
        let store = Table::Memory(Memory::default());
        store.commit(vec![store::client::insert(&client("client-0"))]).await.unwrap();
        let known = store.client("client-0").await.unwrap().unwrap();
        let next = replace(&store, &known, "1.new".into(), 60, now()).await.unwrap();
        assert_eq!(store.client("client-0").await.unwrap(), Some(next));
        let late = replace(&store, &known, "1.other".into(), 0, now()).await;
        assert_eq!(late, Err(Problem::Contended));
        let known = store.client("client-0").await.unwrap().unwrap();
        let ended = replace(&store, &known, "1.third".into(), 0, now()).await.unwrap();
        assert_eq!(store.client("client-0").await.unwrap().unwrap(), ended);
        assert_eq!(ended.replaced, None, "the one before has ended");
    }
}
