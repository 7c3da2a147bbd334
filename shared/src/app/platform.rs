//! Functions of the platform surface.

use super::{context::Context, http_function};
use crate::http::{Request, Result, platform::Platform};
use std::{future::Future, process::ExitCode};

/// Serves a handler on the platform surface.
#[must_use]
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    http_function::serve::<Platform, C, H, F>(handler)
}
