//! How many of something a tenant has, counted in the commits that make and take away: what limits
//! are held against.

use super::{Guard, Update, key};
use crate::model::Scope;

/// What is counted for each tenant and mode, because it has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tallied {
    /// Payment links that are not deleted.
    Links,
    /// Products that are not archived.
    Products,
}

impl Tallied {
    /// The name in the key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Products => "products",
        }
    }
}

/// One more; refused where there are `max` of them.
pub fn one_more(scope: Scope, what: Tallied, max: u32) -> Update {
    let update = Update::of_counter(key::tally(scope, what.as_str())).add("n", 1);
    update.guard(Guard::AbsentOrAtMost("n", i64::from(max) - 1))
}

/// One less; refused where there is none.
pub fn one_less(scope: Scope, what: Tallied) -> Update {
    Update::of(key::tally(scope, what.as_str())).add("n", -1).guard(Guard::AtLeast("n", 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        Consistency, Table, Write,
        memory::Memory,
        tests::{golden, scope},
    };
    use futures_util::FutureExt;

    #[test]
    fn there_are_never_more_than_the_limit_and_never_fewer_than_none() {
        let table = Table::Memory(Memory::default());
        let run = |update: Update| {
            table.commit(vec![Write::Update(update)]).now_or_never().unwrap().is_ok()
        };
        let more = || one_more(scope(), Tallied::Links, 2);
        let less = || one_less(scope(), Tallied::Links);
        assert!(!run(less()));
        assert!(run(more()) && run(more()) && !run(more()));
        assert!(run(less()) && run(more()) && !run(more()));
        assert!(run(one_more(scope(), Tallied::Products, 1)), "counted apart");
        let key = key::tally(scope(), "links");
        let item = table.get(&key, Consistency::Strong).now_or_never().unwrap().unwrap().unwrap();
        golden(
            &item,
            r#"
n=2
pk="tally#01a1fd8c-69fa-7101-8101-010101010101#test"
sk="links"
v=4
4 attributes"#,
        );
    }
}
