//! The embedded simulator: its published cards and amounts do what the cases ask for.

use super::{Books, CardKind, RefundKind, World, conforms};
use crate::store::{backend, fixture};
use ring::hmac;
use shared::{
    app::clock,
    model::{
        Scope, card::FailureReason, id::PaymentIntentId, payment_intent::ChargingAccount,
        secret::ProcessorToken,
    },
    processor::{
        Processor,
        simulator::{Card, NAME, Simulator, cards::Behaviour, cards::CARDS, tokenise},
    },
    store::Table,
};
use std::sync::Arc;

struct Simulated {
    books: Arc<Table>,
    key: hmac::Key,
    scope: Scope,
    account: ChargingAccount,
}

conforms!(Simulated);

impl World for Simulated {
    async fn new() -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &clock::random::<32>());
        let scope = fixture::scope();
        let account = ChargingAccount {
            id: clock::new_id(),
            processor: NAME.to_owned(),
            connected: None,
            statement: None,
        };
        Self { books: backend::memory(), key, scope, account }
    }

    fn processor(&self) -> Box<dyn Processor + '_> {
        let key = self.key.clone();
        Box::new(Simulator { store: &self.books, key, may_die: false })
    }

    fn scope(&self) -> Scope {
        self.scope
    }

    fn account(&self) -> ChargingAccount {
        self.account.clone()
    }

    fn declines(&self) -> Vec<FailureReason> {
        let reason = |behaviour| match behaviour {
            Behaviour::Decline(reason) => Some(reason),
            Behaviour::Approve
            | Behaviour::DeclineLater(_)
            | Behaviour::LoseLater
            | Behaviour::Challenge
            | Behaviour::ChallengeAlways
            | Behaviour::RefundsLate { .. }
            | Behaviour::ChallengeThenDecline
            | Behaviour::Late
            | Behaviour::Twice
            | Behaviour::Lost
            | Behaviour::Dies { .. } => None,
        };
        CARDS.iter().filter_map(|card| reason(card.behaviour)).collect()
    }

    fn typed(&self, card: CardKind, link: PaymentIntentId) -> ProcessorToken {
        let behaviour = match card {
            CardKind::Pays => Behaviour::Approve,
            CardKind::Declined(reason) => Behaviour::Decline(reason),
            CardKind::AsksThenPays => Behaviour::Challenge,
            CardKind::AsksThenDeclined => Behaviour::ChallengeThenDecline,
            CardKind::AnswerLost => Behaviour::Late,
            CardKind::NeverArrives => Behaviour::Lost,
            CardKind::SavedDeclined(reason) => Behaviour::DeclineLater(reason),
            CardKind::SavedAsks => Behaviour::ChallengeAlways,
            CardKind::SavedNeverArrives => Behaviour::LoseLater,
            CardKind::RefundsLate { refused } => Behaviour::RefundsLate { refused },
        };
        let known = CARDS.iter().find(|known| known.behaviour == behaviour);
        let number = known.unwrap_or_else(|| panic!("no card for {card:?}")).number.to_owned();
        let card = Card { number, exp_month: 12, exp_year: 2040, cvc: "123".to_owned() };
        let (link, tenant) = (link.to_string(), self.scope.tenant);
        tokenise(&self.key, &card, &link, tenant, clock::now(), clock::random()).unwrap().0
    }

    fn refund_of(&self, refund: RefundKind) -> i64 {
        match refund {
            RefundKind::Made => 5_00,
            RefundKind::Refused => 1_13,
            RefundKind::AnswerLost => 1_17,
        }
    }

    fn books(&self, intent: PaymentIntentId) -> Books {
        let Table::Memory(memory) = &*self.books else { panic!("only memory shows everything") };
        let items = memory.everything();
        let intent = intent.to_string();
        let ours = items.iter().filter(|item| item.text("intent") == Ok(&intent));
        ours.fold(Books::NONE, |books, item| {
            let minor: i64 = item.number("amt").unwrap();
            match item.text("is").unwrap() {
                "approved" => Books { taken: books.taken + minor, ..books },
                "refunded" => Books { given_back: books.given_back + minor, ..books },
                _ => books,
            }
        })
    }
}
