//! What every table must do: the same cases on memory, on an embedded DynamoDB and on the local
//! stack.
//!
//! `cargo test -p tests on_memory`, `on_dynoxide` and `on_the_local_stack` run one of them. A case
//! is an async function of a table; its name in [`on_every_table`] adds it to all three.

pub mod backend;
mod budget;
mod contention;
mod deliveries;
mod delivery_timers;
mod duplicates;
pub mod fixture;
mod ledger;
mod link_lists;
mod lists;
mod managing;
mod methods;
mod polling;
pub mod purse;
mod reservation;
mod selling;
mod submits;
mod timers;
mod wallets;
mod writes;

/// Runs cases on an embedded DynamoDB and in memory.
macro_rules! on_own_tables {
    ($($case:ident),+ $(,)?) => {
        mod on_memory {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    super::$case($crate::store::backend::memory()).await;
                }
            )+
        }

        mod on_dynoxide {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    super::$case($crate::store::backend::dynoxide().await).await;
                }
            )+
        }
    };
}

/// Runs cases on all three tables.
macro_rules! on_every_table {
    ($($case:ident),+ $(,)?) => {
        $crate::store::on_own_tables!($($case),+);

        mod on_the_local_stack {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    super::$case($crate::store::backend::local_stack()).await;
                }
            )+
        }
    };
}

pub(crate) use {on_every_table, on_own_tables};
