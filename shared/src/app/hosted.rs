//! Functions of the buyer's page.

use super::{context::Context, http_function};
use crate::http::{
    Request, Result,
    hosted::{Hosted, Page},
};
use std::{future::Future, process::ExitCode};

/// Serves one of the page's own calls.
#[must_use]
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    http_function::serve::<Hosted, C, H, F>(handler)
}

/// Serves a page for people.
#[must_use]
pub fn serve_page<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    http_function::serve::<Page, C, H, F>(handler)
}
