//! Functions of the links surface.

use super::{context::Context, http_function};
use crate::http::{
    Request, Result,
    links::{Links, PublicLinks},
};
use std::{future::Future, process::ExitCode};

/// Serves a handler on the links surface.
#[must_use]
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    http_function::serve::<Links, C, H, F>(handler)
}

/// Serves a handler that pages of any origin may call.
#[must_use]
pub fn serve_public<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    http_function::serve::<PublicLinks, C, H, F>(handler)
}
