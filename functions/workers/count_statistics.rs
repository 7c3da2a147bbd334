//! Worker on the queue `statistics`: counts again what came of a link in an hour, and keeps the names
//! that payments are found by.

use shared::app::clock;
use shared::app::context::Statistician;
use shared::app::{ExitCode, queue_worker};
use shared::operations::{search, statistics::count};

fn main() -> ExitCode {
    queue_worker::serve_batches(count_statistics)
}

async fn count_statistics(
    app: &'static Statistician,
    messages: Vec<String>,
) -> Vec<Option<queue_worker::Trouble>> {
    let mut failed = count(&app.store, &messages, clock::now()).await;
    let kept = match app.search_keys().await {
        Ok(keys) => search::keep(&app.store, &keys, &messages).await,
        Err(problem) => vec![Some(problem.into()); messages.len()],
    };
    for (failed, why) in failed.iter_mut().zip(kept) {
        *failed = failed.take().or(why);
    }
    failed
}
