//! What the domain refuses, as problems.

use super::{Problem, Resource, StateRefusal, Unique};
use crate::model::{
    customer::NoMerchantAccount,
    ledger,
    payment_intent::{self, wallet},
    wallet as wallets,
};

impl From<payment_intent::ChargeRefusal> for Problem {
    fn from(refusal: payment_intent::ChargeRefusal) -> Self {
        use payment_intent::ChargeRefusal;
        Self::State(match refusal {
            ChargeRefusal::NoBuyer => return Self::field("email", "is required: who pays?"),
            // Whoever knows the time says how long.
            ChargeRefusal::Slow { .. } => return Self::RateLimited { retry_after_s: 1 },
            ChargeRefusal::Expired => StateRefusal::LinkExpired,
            ChargeRefusal::Canceled => StateRefusal::LinkCanceled,
            ChargeRefusal::Used => StateRefusal::LinkUsed,
            ChargeRefusal::NotUnderWay | ChargeRefusal::NotDue => StateRefusal::ChallengeOver,
        })
    }
}

impl From<wallet::StepRefusal> for Problem {
    fn from(refusal: wallet::StepRefusal) -> Self {
        use wallet::StepRefusal;
        Self::State(match refusal {
            StepRefusal::NotHeld => StateRefusal::PaymentNotHeld,
            StepRefusal::HoldExpired => StateRefusal::HoldExpired,
            StepRefusal::MoreThanHeld { .. } => {
                return Self::field("amount", "is more than is left in escrow");
            }
            StepRefusal::NotInReview => StateRefusal::PaymentNotInReview,
            StepRefusal::NotCancelable => StateRefusal::PaymentNotCancelable,
            StepRefusal::OutOfTurn | StepRefusal::NotDue => return Self::Contended,
        })
    }
}

impl From<ledger::LedgerRefusal> for Problem {
    fn from(refusal: ledger::LedgerRefusal) -> Self {
        match refusal {
            ledger::LedgerRefusal::InsufficientFunds(_) => {
                Self::State(StateRefusal::InsufficientFunds)
            }
            ledger::LedgerRefusal::TooLarge(_) => {
                Self::field("amount", "makes a balance larger than any that can be kept")
            }
            ledger::LedgerRefusal::NoAccount(_) => Self::NotFound(Resource::Wallet),
        }
    }
}

impl From<wallets::WalletRefusal> for Problem {
    fn from(refusal: wallets::WalletRefusal) -> Self {
        use wallets::WalletRefusal;
        match refusal {
            WalletRefusal::NameTaken => Self::Taken(Unique::WalletName),
            WalletRefusal::Unknown => Self::NotFound(Resource::Wallet),
            WalletRefusal::TooMany => {
                Self::field("user_id", format!("has {} wallets already", wallets::MAX_WALLETS))
            }
            WalletRefusal::StaysPrimary => {
                Self::field("primary", "stays true until another wallet is made primary")
            }
        }
    }
}

impl From<NoMerchantAccount> for Problem {
    fn from(refusal: NoMerchantAccount) -> Self {
        match refusal {
            NoMerchantAccount::Unknown => Self::NotFound(Resource::MerchantAccount),
            NoMerchantAccount::NotApproved => Self::State(StateRefusal::MerchantAccountNotApproved),
            NoMerchantAccount::NoneApproved => Self::State(StateRefusal::NoMerchantAccount),
        }
    }
}
