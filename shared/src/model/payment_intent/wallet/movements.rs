//! Which money moves with which step of a payment.

use super::WalletTerms;
use crate::model::{
    id::CustomerId,
    ledger::{AccountId, Balance, BalanceChange, EntryKind, Movement, Posting},
    payment_intent::PaymentIntent,
    route::{IntentType, Rail},
};

const fn change(posted: i64, pending_in: i64, pending_out: i64) -> BalanceChange {
    BalanceChange { posted, pending_in, pending_out }
}

/// Everything a transition needs to know of an intent between wallets.
pub(super) struct Payment<'a> {
    pub intent: &'a PaymentIntent,
    pub terms: &'a WalletTerms,
    pub customer: CustomerId,
    pub minor: i64,
}

impl Payment<'_> {
    fn wallet(&self) -> AccountId {
        AccountId::Wallet(self.terms.wallet)
    }

    fn receiver(&self) -> AccountId {
        AccountId::Wallet(self.terms.destination_wallet.unwrap_or(self.terms.wallet))
    }

    fn outside(&self, rail: Option<Rail>, leg: u8) -> AccountId {
        let currency = self.intent.amount().currency();
        AccountId::outside(rail.unwrap_or(Rail::Card), currency, self.intent.id, leg)
    }

    fn source(&self) -> AccountId {
        self.outside(self.terms.pull().map(|pull| pull.rail), 1)
    }

    fn target(&self) -> AccountId {
        self.outside(self.terms.push().map(|push| push.rail), 2)
    }

    fn movement(
        &self,
        kind: EntryKind,
        lines: &[(AccountId, BalanceChange)],
        escrow: i64,
    ) -> Movement {
        let lines = lines.iter().filter(|(_, change)| *change != Balance::default());
        Movement {
            kind,
            intent: self.intent.id,
            currency: self.intent.amount().currency(),
            postings: lines
                .map(|(account, change)| Posting { account: *account, change: *change })
                .collect(),
            escrow,
        }
    }

    /// Money that is expected from a bank.
    pub fn announce_pull(&self) -> Movement {
        let m = self.minor;
        let lines = [(self.wallet(), change(0, m, 0)), (self.source(), change(0, 0, m))];
        self.movement(EntryKind::Reserved, &lines, 0)
    }

    /// Money that was pulled is in the wallet; a relay's is on its way out in the same moment, so
    /// that nobody can spend it in between.
    pub fn post_pull(&self) -> Movement {
        let (m, announced) = (self.minor, if self.terms.pulls_slowly() { -self.minor } else { 0 });
        let relay = if self.terms.kind == IntentType::Relay { m } else { 0 };
        let lines = [
            (self.wallet(), change(m, announced, relay)),
            (self.source(), change(-m, 0, announced)),
            (self.target(), change(0, relay, 0)),
        ];
        let lines = lines.get(..if relay == 0 { 2 } else { 3 }).unwrap_or(&lines);
        self.movement(EntryKind::Posted, lines, 0)
    }

    /// Money that was expected and does not come.
    pub fn void_pull(&self) -> Option<Movement> {
        let m = self.minor;
        let lines = [(self.wallet(), change(0, -m, 0)), (self.source(), change(0, 0, -m))];
        self.terms.pulls_slowly().then(|| self.movement(EntryKind::Voided, &lines, 0))
    }

    /// Money that is on its way out.
    pub fn reserve(&self) -> Movement {
        let m = self.minor;
        let lines = [(self.wallet(), change(0, 0, m)), (self.target(), change(0, m, 0))];
        self.movement(EntryKind::Reserved, &lines, 0)
    }

    /// Money that has left.
    pub fn post_push(&self) -> Movement {
        let m = self.minor;
        let lines = [(self.wallet(), change(-m, 0, -m)), (self.target(), change(m, -m, 0))];
        self.movement(EntryKind::Posted, &lines, 0)
    }

    /// Money that did not leave after all.
    pub fn void_push(&self) -> Movement {
        let m = self.minor;
        let lines = [(self.wallet(), change(0, 0, -m)), (self.target(), change(0, -m, 0))];
        self.movement(EntryKind::Voided, &lines, 0)
    }

    /// Money that had left and came back.
    pub fn return_push(&self) -> Movement {
        let m = self.minor;
        let lines = [(self.wallet(), change(m, 0, 0)), (self.target(), change(-m, 0, 0))];
        self.movement(EntryKind::Returned, &lines, 0)
    }

    /// Money that had come and was taken back. What was spent already becomes the customer's debt:
    /// no wallet falls below its floor.
    pub fn return_pull(&self, available: i64) -> Movement {
        let there = self.minor.min(available.max(0));
        let currency = self.intent.amount().currency();
        let debtor = AccountId::Receivable { customer: self.customer, currency };
        let lines = [
            (self.source(), change(self.minor, 0, 0)),
            (self.wallet(), change(-there, 0, 0)),
            (debtor, change(there - self.minor, 0, 0)),
        ];
        self.movement(EntryKind::Returned, &lines, 0)
    }

    pub fn transfer(&self) -> Movement {
        let m = self.minor;
        let lines = [(self.wallet(), change(-m, 0, 0)), (self.receiver(), change(m, 0, 0))];
        self.movement(EntryKind::Transferred, &lines, 0)
    }

    pub fn hold(&self) -> Movement {
        let lines = [(self.wallet(), change(0, 0, self.minor))];
        self.movement(EntryKind::Held, &lines, self.minor)
    }

    /// Part of the escrow for the receiver, part of it back to the sender.
    pub fn release(&self, part: i64, back: i64) -> Movement {
        let lines = [
            (self.wallet(), change(-part, 0, -part - back)),
            (self.receiver(), change(part, 0, 0)),
        ];
        let kind = if part == 0 { EntryKind::GivenBack } else { EntryKind::Released };
        self.movement(kind, &lines, -part - back)
    }
}
