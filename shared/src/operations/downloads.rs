//! Files of documents, for whoever has a link to one.

use super::{
    Problem, Resource, Result, StateRefusal,
    rendering::{credit_note_folder, invoice_folder, object_key},
};
use crate::{
    model::{
        Time,
        invoice::{DocumentFiles, DocumentId, DocumentTerms, FileKind, NamedFile},
    },
    store::{Consistency, Table},
};

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Download {
    /// A file in the bucket.
    Ready {
        /// The file's key in the bucket.
        key: String,
        /// Under which name it is saved.
        file_name: String,
        /// A PDF for people, or XML for machines.
        kind: FileKind,
    },
    /// A document whose files are not made yet.
    NotYet,
}

/// Finds what a link leads to. Looking changes nothing.
///
/// # Errors
/// The link's time is over; there is no such document, or it has no file of this kind.
pub async fn find(store: &Table, file: &NamedFile, now: Time) -> Result<Download> {
    if now >= file.ends {
        return Err(Problem::State(StateRefusal::LinkExpired));
    }
    let scope = file.scope;
    match file.document {
        DocumentId::Invoice(id) => {
            let found = store.invoice(scope, id, Consistency::Eventual).await?;
            let invoice = found.ok_or(Problem::NotFound(Resource::Link))?;
            ready(file, &invoice_folder(id), &invoice.terms, invoice.files.as_ref())
        }
        DocumentId::CreditNote(id) => {
            let found = store.credit_note(scope, id, Consistency::Eventual).await?;
            let note = found.ok_or(Problem::NotFound(Resource::Link))?;
            ready(file, &credit_note_folder(id), &note.terms, note.files.as_ref())
        }
    }
}

fn ready(
    file: &NamedFile,
    folder: &str,
    terms: &DocumentTerms,
    files: Option<&DocumentFiles>,
) -> Result<Download> {
    let Some(files) = files else { return Ok(Download::NotYet) };
    let stored = files.of(file.kind).ok_or(Problem::NotFound(Resource::Link))?;
    Ok(Download::Ready {
        key: object_key(file.scope, folder, file.kind, stored),
        file_name: terms.file_name(file.kind),
        kind: file.kind,
    })
}
