//! The worker of statistics, and what it counted beside what the records themselves say.

use super::{World, now};
use crate::random::Random;
use shared::{
    model::{
        Currency, Time, date::Date, id::PaymentLinkId, link_figures::LinkFigures,
        payment_intent::StatusName, zone::Zone,
    },
    operations::statistics,
    store::{self, Consistency, Table, key},
};
use std::collections::{BTreeMap, BTreeSet};

impl World {
    /// The worker of statistics gets some of its messages: any, in any order, and some of them again.
    pub async fn count_some(&mut self, random: &mut Random) {
        let mut batch = Vec::new();
        for _ in 0..random.below(8) {
            let Some(message) = random.pick(&self.messages) else { break };
            if random.chance(70) {
                self.messages.retain(|one| *one != message);
            }
            batch.push(message);
        }
        self.count(&batch).await;
    }

    /// The worker gets everything that was not delivered, the newest first.
    pub async fn count_everything(&mut self) {
        let mut all = std::mem::take(&mut self.messages);
        all.reverse();
        self.count(&all).await;
    }

    async fn count(&self, messages: &[String]) {
        let failed = statistics::count(&self.table, messages, now()).await;
        assert!(failed.iter().all(Option::is_none), "{failed:?}");
    }

    /// Every message that waits to be delivered.
    pub fn waiting(&mut self) -> Vec<String> {
        std::mem::take(&mut self.messages)
    }

    /// Days, months' sums and rows hold what the records themselves say, counted here by other code.
    pub async fn statistics_are_what_the_records_say(&self) {
        let Table::Memory(memory) = &*self.table else { panic!("only memory shows everything") };
        let mut days: BTreeMap<(Option<PaymentLinkId>, Date), LinkFigures> = BTreeMap::new();
        let zone: Zone = self.zone.parse().unwrap();
        let day = |at: Time| zone.rfc3339(at)[..10].parse::<Date>().unwrap();
        let none = || LinkFigures::none(Time::EPOCH);
        for item in memory.everything() {
            let class = item.text("pk").unwrap().split('#').next().unwrap().to_owned();
            if class == "intent" {
                let payment = store::intent::from_item(self.scope, &item).unwrap();
                let link = payment.payment_link();
                let made = days.entry((link, day(payment.id.minted_at()))).or_insert_with(none);
                made.starts += 1;
                let declined = payment.declined_attempts();
                made.attempted += u32::from(
                    !declined.is_empty() || payment.status.name() == StatusName::Succeeded,
                );
                for one in declined {
                    made.failed_attempts += 1;
                    *made.declines.entry(one.reason.as_str().to_owned()).or_default() += 1;
                }
                made.converted += u32::from(payment.succeeded_at().is_some());
                let Some(at) = payment.succeeded_at() else { continue };
                let paid = days.entry((link, day(at))).or_insert_with(none);
                paid.paid += 1;
                *paid.gross.entry(Currency::USD).or_default() += payment.amount().minor();
                *paid.tax_collected.entry(Currency::USD).or_default() += 0;
                paid.last_paid_at = paid.last_paid_at.max(Some(at));
            } else if class == "refund" {
                let refund = store::refund::from_item(self.scope, &item).unwrap();
                let Some(at) = refund.succeeded_at() else { continue };
                let back = days.entry((refund.link, day(at))).or_insert_with(none);
                *back.refunded.entry(Currency::USD).or_default() += refund.amount.minor();
            }
        }
        self.compare(&days).await;
    }

    async fn compare(&self, days: &BTreeMap<(Option<PaymentLinkId>, Date), LinkFigures>) {
        let kept = async |key| {
            let kept = self.table.figures(&[key], Consistency::Strong).await.unwrap();
            kept[0].figures.clone()
        };
        for ((link, date), expected) in days {
            let counted = kept(key::counted_day(self.scope, *link, *date)).await;
            assert!(counted.counts_as(expected), "{link:?} {date}: {counted:?} {expected:?}");
        }
        for date in days.keys().map(|(_, date)| *date).collect::<BTreeSet<_>>() {
            let parts = days.iter().filter(|((_, day), _)| *day == date).map(|(_, part)| part);
            let (all, expected) =
                (kept(key::counted_day_of_all(self.scope, date)).await, LinkFigures::sum(parts));
            assert!(all.counts_as(&expected), "all of {date}: {all:?} {expected:?}");
        }
        for link in &self.links {
            let parts = days.iter().filter(|((of, _), _)| *of == Some(*link)).map(|(_, part)| part);
            let expected = LinkFigures::sum(parts);
            let found = self.table.payment_link(*link, Consistency::Strong).await.unwrap().unwrap();
            let row = self.table.link_row(&found).await.unwrap().unwrap().figures;
            let row = row.unwrap_or_else(|| LinkFigures::none(Time::EPOCH));
            assert!(row.counts_as(&expected), "the row of {link}: {row:?} {expected:?}");
        }
    }
}
