//! Series of document numbers in the table. A number is taken by one commit: the counter moves on at
//! its version, and the number itself is claimed, so that neither a lost race nor a crash leaves a
//! gap or a twin.

use super::{Consistency, Corrupt, Item, Result, Table, Write, key};
use crate::model::{
    Scope,
    date::Date,
    invoice::{SeriesCounter, TakenNumber},
};
use uuid::Uuid;

impl Table {
    /// How far a series has come; `None` while it has no number.
    pub async fn series(&self, s: Scope, series: &str) -> Result<Option<SeriesCounter>> {
        let item = self.get(&key::series(s, series), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(series, &item)).transpose()?)
    }
}

/// A series as it was kept.
pub fn from_item(series: &str, item: &Item) -> std::result::Result<SeriesCounter, Corrupt> {
    let last: Date = item.parse("on")?;
    let looked = item.text_if_any("seen").map(Uuid::try_parse).transpose();
    Ok(SeriesCounter {
        series: series.to_owned(),
        next: item.number("next")?,
        last_issued: Some(last),
        looked_until: looked.map_err(|_| item.corrupt("seen"))?,
        version: item.number("v")?,
    })
}

/// Writes that a number is taken, for the commit that makes its document: first the series, then the
/// claim on the number.
pub fn take(s: Scope, taken: &TakenNumber) -> [Write; 2] {
    [advance(s, &taken.counter), claim(s, &taken.number)]
}

/// The write that moves a series on, to where it is after the numbers of one commit.
pub fn advance(s: Scope, counter: &SeriesCounter) -> Write {
    let item = key::series(s, &counter.series)
        .item()
        .with("next", counter.next)
        .with_some("on", counter.last_issued.map(|on| on.to_string()))
        .with_some("seen", counter.looked_until.map(|place| place.to_string()))
        .with("v", counter.version);
    Write::at_version(item, counter.version)
}

/// The write that claims a number.
pub fn claim(s: Scope, number: &str) -> Write {
    Write::Insert(key::document_number(s, number).item().with("v", 1_i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{golden, put, scope};

    #[test]
    fn a_taken_number_moves_its_series_and_is_claimed() {
        let today = "2026-11-26".parse().unwrap();
        let first = SeriesCounter::new("R2026-".to_owned(), 1).take(6, today);
        let [counter, claim] = take(scope(), &first);
        assert!(matches!(counter, Write::Insert(_)), "{counter:?}");
        golden(
            put(&counter),
            r#"
next=2
on="2026-11-26"
pk="series#01a1fd8c-69fa-7101-8101-010101010101#test"
sk="R2026-"
v=1
5 attributes"#,
        );
        golden(
            put(&claim),
            r#"
pk="document_number#01a1fd8c-69fa-7101-8101-010101010101#test#R2026-000001"
sk="number"
v=1
3 attributes"#,
        );
        let [counter, _] = take(scope(), &first.counter.take(6, today));
        assert!(matches!(counter, Write::Replace { version: 1, .. }), "{counter:?}");
    }
}
