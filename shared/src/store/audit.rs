//! What the audit needs of the table: every tenant, its findings, and where it stopped.

use super::{Consistency, Corrupt, Error, Item, Query, Result, Table, Update, Write, key};
use crate::model::{Scope, Time, audit::Finding, ledger::AccountId};

/// Most tenants that one read of the list takes.
const MAX_TENANTS: u32 = 100;

/// Largest page of findings: each run of the audit makes one at most.
const MAX_FINDINGS: u32 = 1_000;

/// Findings are kept this long.
const KEPT_DAYS: i64 = 400;

impl Table {
    /// Tenants in their order, after one of them. Answers whether there are more.
    pub async fn tenants(&self, after: Option<Scope>) -> Result<(Vec<Scope>, bool)> {
        let query = Query {
            index: None,
            pk: key::tenants(),
            from: after.map_or_else(|| " ".to_owned(), |scope| format!("{} ", key::place(scope))),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: MAX_TENANTS,
        };
        let page = self.query(query).await?;
        let scopes = page
            .items
            .iter()
            .map(|item| Ok(Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? }));
        let scopes = scopes.collect::<std::result::Result<_, Corrupt>>().map_err(Error::from)?;
        Ok((scopes, page.more))
    }
}

impl Table {
    /// What the audit found in one tenant's books in a range of time, at most a page for each month.
    pub async fn findings(&self, scope: Scope, from: Time, to: Time) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        let mut month = from.month();
        while month <= to.month() {
            let query = Query {
                index: None,
                pk: key::findings(scope, month),
                from: key::ids_from(from),
                to: format!("{}~", key::ids_from(to)),
                consistency: Consistency::Strong,
                oldest_first: true,
                limit: MAX_FINDINGS,
            };
            for item in self.query(query).await?.items {
                found.push(from_item(scope, &item)?);
            }
            month = month.next();
        }
        Ok(found)
    }
}

/// Where the audit of all tenants stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCursor {
    /// The tenant and mode at whose books the audit stopped.
    pub scope: Scope,
    /// After which account; `None` after all of them.
    pub after: Option<AccountId>,
}

impl Table {
    /// Where the audit before stopped; nowhere when there was none.
    pub async fn audit_cursor(&self) -> Result<Option<AuditCursor>> {
        let Some(item) = self.get(&key::audit_cursor(), Consistency::Strong).await? else {
            return Ok(None);
        };
        let scope = Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? };
        Ok(Some(AuditCursor { scope, after: item.parse_if_any("after")? }))
    }

    /// Notes where the audit stopped.
    pub async fn note_audit_cursor(&self, cursor: AuditCursor) -> Result<()> {
        let update = Update::of_counter(key::audit_cursor())
            .set("tenant", cursor.scope.tenant.to_string())
            .set("mode", cursor.scope.mode.as_str());
        let update = match cursor.after {
            Some(after) => update.set("after", after.to_string()),
            None => update.remove("after"),
        };
        self.update(update).await.map(|_| ())
    }
}

/// The write that puts a new tenant on the list of tenants.
pub fn list_tenant(scope: Scope) -> Write {
    let item = key::listed_tenant(scope)
        .item()
        .with("v", 1_i64)
        .with("tenant", scope.tenant.to_string())
        .with("mode", scope.mode.as_str());
    Write::Insert(item)
}

/// The write that keeps a finding, whose stream record is its event.
pub fn insert(finding: &Finding) -> Write {
    let item = key::finding(finding.scope, finding.id)
        .item()
        .with("v", 1_i64)
        .with("n", finding.differences)
        .with("first", finding.first.as_str())
        .with("ttl", finding.id.minted_at().plus_days(KEPT_DAYS).seconds())
        .with_history(&finding.history);
    Write::Insert(item)
}

/// A finding as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Finding, Corrupt> {
    Ok(Finding {
        id: item.parse("sk")?,
        scope,
        differences: item.number("n")?,
        first: item.text("first")?.to_owned(),
        history: item.history()?,
    })
}
