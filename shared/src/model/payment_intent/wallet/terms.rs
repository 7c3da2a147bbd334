//! The terms of a payment between wallets and the outside, frozen at creation.

use crate::model::{
    Currency, Time,
    card::FailureReason,
    id::{DestinationId, PaymentIntentId, PaymentMethodId, RouteId, WalletId},
    ledger::AccountId,
    payment_intent::StatusName,
    route::{IntentType, Rail, Spendable},
    secret::ProcessorToken,
};

/// Terms of a payment between wallets and the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletTerms {
    /// Whether money comes in, goes out, moves between wallets, or only passes through.
    pub kind: IntentType,
    /// The wallet that pays, or is filled.
    pub wallet: WalletId,
    /// The wallet that receives a transfer.
    pub destination_wallet: Option<WalletId>,
    /// The way in or out, frozen at creation.
    pub way: Option<Way>,
    /// Escrow, for a transfer with a hold.
    pub hold: Option<Hold>,
    /// How the payment stood when the request for it was first answered; `None` until it was.
    pub first: Option<AnsweredState>,
}

/// A way in, out or through, as its route said at creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The route that the money takes.
    pub route: RouteId,
    /// The name of the adapter that runs the route; never shown to callers.
    pub processor: String,
    /// Where money comes from.
    pub pull: Option<Pull>,
    /// Where money goes to.
    pub push: Option<Push>,
    /// From when on pulled money can be spent.
    pub spendable: Spendable,
}

/// Where money comes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// The rail that carries the payer's money in.
    pub rail: Rail,
    /// The payer's card or bank account.
    pub method: PaymentMethodId,
    /// The provider's token for it.
    pub token: ProcessorToken,
}

/// Where money goes to outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The rail that carries the money to the payee.
    pub rail: Rail,
    /// As the caller named it.
    pub payee: PayeeAccount,
    /// The provider's token for it, or an e-mail address.
    pub token: ProcessorToken,
}

/// How a caller names where a payee takes money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayeeAccount {
    /// One of a payee's destinations.
    Destination(DestinationId),
    /// A customer's bank account.
    Method(PaymentMethodId),
}

/// Money in escrow. What is left is the amount less what was released and given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// How long money may stay in escrow, in seconds from the moment it went there.
    pub lasts_s: i64,
    /// From this moment on it reads as back with the sender.
    pub expires_at: Time,
    /// Minor units that went to the receiver.
    pub released: i64,
    /// Minor units that went back to the sender.
    pub given_back: i64,
}

/// How a payment stood at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnsweredState {
    /// The status it had then.
    pub status: StatusName,
    /// Why it had failed.
    pub failure: Option<FailureReason>,
    /// The moment at which the payment stood like this.
    pub at: Time,
}

/// Which way money is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// From the outside into a wallet.
    Pull,
    /// From a wallet to the outside.
    Push,
}

impl WalletTerms {
    /// The accounts a payment can touch: what has to be read before it moves.
    pub fn accounts(&self, currency: Currency, intent: PaymentIntentId) -> Vec<AccountId> {
        let wallets = [Some(self.wallet), self.destination_wallet];
        let outside = self.way.iter().flat_map(|way| {
            let pull = way.pull.as_ref().map(|pull| (pull.rail, 1));
            let push = way.push.as_ref().map(|push| (push.rail, 2));
            [pull, push].into_iter().flatten()
        });
        let outside = outside.map(|(rail, leg)| AccountId::outside(rail, currency, intent, leg));
        wallets.into_iter().flatten().map(AccountId::Wallet).chain(outside).collect()
    }

    /// Where money comes from outside, if it does.
    pub fn pull(&self) -> Option<&Pull> {
        self.way.as_ref()?.pull.as_ref()
    }

    /// Where money goes to outside, if it does.
    pub fn push(&self) -> Option<&Push> {
        self.way.as_ref()?.push.as_ref()
    }

    /// The leg whose order decides how the payment ends. News that come late about a relay's pull say
    /// nothing about its push.
    pub fn last_leg(&self) -> Leg {
        if self.kind == IntentType::Funding { Leg::Pull } else { Leg::Push }
    }

    /// Whether money that is pulled is only announced until the bank has it.
    pub(super) fn pulls_slowly(&self) -> bool {
        self.pull().is_some_and(|pull| pull.rail != Rail::Card)
    }

    /// Whether a pull's money is in the wallet as soon as it succeeds. What a relay passes on has to
    /// be there for good.
    pub(super) fn spends_early(&self) -> bool {
        let early = self.way.as_ref().is_some_and(|way| way.spendable == Spendable::AtSucceeded);
        !self.pulls_slowly() || (early && self.kind != IntentType::Relay)
    }
}

impl Hold {
    /// A hold that begins now.
    pub fn lasting(seconds: i64, now: Time) -> Self {
        let expires_at = now.plus_seconds(seconds);
        Self { lasts_s: seconds, expires_at, released: 0, given_back: 0 }
    }

    /// Minor units still in escrow.
    pub const fn left(&self, amount: i64) -> i64 {
        amount - self.released - self.given_back
    }
}
