//! Functions of the links surface.

use super::http_function::serves;
use crate::{
    deadline::Deadline,
    http::links::{Links, PublicLinks},
    model::{Scope, member::Member},
    operations::{
        Ambient, Problem,
        activity::{self, ExportedList},
    },
    store::Table,
};
use std::time::Duration;

serves! {
    /// Serves a handler on the links surface.
    serve => Links,
    /// Serves a handler that pages of any origin may call.
    serve_public => PublicLinks,
}

/// How long a list waits for its note.
const NOTE_TIMEOUT: Duration = Duration::from_secs(2);

/// Notes that a member took a list away. The list was read already and is answered either way: what
/// could not be noted stands in the log.
pub async fn note_export(
    store: &Table,
    scope: Scope,
    by: &Member,
    what: ExportedList,
    ambient: Ambient,
) {
    let in_time = Deadline::after(Deadline::limit(NOTE_TIMEOUT));
    let noted = in_time.enforce(activity::exported(store, scope, by, what, ambient)).await;
    if let Err(problem) = noted.unwrap_or_else(|| Err(Problem::internal("it took too long"))) {
        let (cause, member) = (problem.to_string(), by.id.to_string());
        let (tenant, mode) = (scope.tenant.to_string(), scope.mode.as_str());
        let ExportedList { list, link, rows, more } = what;
        let link = link.map(|link| link.to_string());
        tracing::warn!(
            tenant,
            mode,
            cause,
            member,
            list,
            link,
            rows,
            more,
            "an export could not be noted"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Mode,
        operations::fixture::{AMBIENT, member, tenant},
        store::memory::Memory,
    };

    #[tokio::test]
    async fn a_list_is_answered_though_its_note_is_refused() {
        let store = Table::Memory(Memory::default());
        let scope = Scope { tenant: tenant(), mode: Mode::Test };
        let what = ExportedList { list: "transactions", link: None, rows: 3, more: true };
        let same = Ambient { random: || [7; 10], ..AMBIENT };
        for _ in 0..2 {
            note_export(&store, scope, &member(), what, same).await;
        }
        let Table::Memory(memory) = &store else { panic!("it is in memory") };
        let notes = memory.everything();
        assert_eq!(notes.len(), 1, "the second has the place of the first: {notes:?}");
    }
}
