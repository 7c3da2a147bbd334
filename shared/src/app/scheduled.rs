//! Runs a function that a schedule invokes.

use super::{
    context::Context,
    runtime::BoxFuture,
    worker::{self, null},
};
use std::{future::Future, process::ExitCode};

pub use super::worker::Trouble;

/// How many things were done, and the troubles with others; or why the run could not begin.
pub type RunReport = Result<(usize, Vec<Trouble>), Trouble>;

/// Serves a handler that looks for what is due.
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C) -> F + Send + Sync + 'static,
    F: Future<Output = RunReport> + Send + 'static,
{
    worker::serve::<C>(move |context| {
        let once = move || -> BoxFuture<RunReport> { Box::pin(handler(context)) };
        Box::new(move |_| {
            let swept = once();
            Box::pin(async move {
                let (count, troubles) = swept.await?;
                Ok((null()?, troubles, count))
            })
        })
    })
}
