//! Stripe's events: worked off in any order, any number of times, and never believed.

mod polls;

use super::{
    CardKind,
    stripe_stand_in::{CONNECTED, Cut, ELSEWHERE, StandIn},
};
use crate::store::{backend, fixture};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use futures_util::future::{Either, join_all, select};
use shared::{
    app::clock,
    model::{
        Scope,
        card::CardSummary,
        id::PaymentIntentId,
        payment_intent::{PaymentIntent, StatusName, TokenHome},
        refund::{Refund, RefundStatusName, Refundable},
        secret::ProcessorToken,
    },
    operations::{
        Idempotency, Problem, Resource, StateRefusal, checkout, engine,
        refunds::{self, AskedAmount, RefundWish},
        stripe_events::{NotStripes, admit, handle},
    },
    processor::{
        Processors,
        stripe::{
            AccountOf, NAME, Stripe, StripeAccount, StripeAccounts,
            api::{API_BASE, StripeKey},
            signature::{StripeWebhookSecret, sign},
        },
    },
    queue::{Verdict, sqs::ToldByProcessor},
    store::{self, Consistency, Table, intent::Reserved},
};
use std::{collections::BTreeMap, pin::pin, sync::Arc};

const KEY: &str = "rk_test_1";

/// A tenant whose cards Stripe charges.
struct StripeShop {
    stand_in: StandIn,
    connector: SharedHttpConnector,
    table: Arc<Table>,
    scope: Scope,
}

impl StripeAccounts for StripeShop {
    fn account<'a>(&'a self, _: &'a Table, scope: Scope) -> AccountOf<'a> {
        let key = StripeKey::new(KEY.to_owned());
        let found = (scope == self.scope).then_some(StripeAccount { key });
        Box::pin(async move { Ok(found) })
    }
}

impl StripeShop {
    fn new() -> Self {
        Self::over(backend::memory())
    }

    fn over(table: Arc<Table>) -> Self {
        let (stand_in, scope) = (StandIn::new(KEY), fixture::scope());
        let connector = SharedHttpConnector::new(stand_in.clone());
        Self { stand_in, connector, table, scope }
    }

    fn stripe(&self) -> Stripe<'_> {
        let (store, connector) = (&*self.table, &self.connector);
        Stripe { store, accounts: self, connector, base: API_BASE }
    }

    fn processors(&self) -> Processors<'_> {
        Processors::only(self.stripe())
    }

    /// A link that a buyer tries to pay with such a card.
    async fn tried(&self, card: CardKind) -> PaymentIntentId {
        self.tried_at(card, None).await
    }

    /// The same where a connected account charges.
    async fn tried_at(&self, card: CardKind, connected: Option<&str>) -> PaymentIntentId {
        let now = clock::now();
        let mut intent = fixture::intent(self.scope, clock::new_id(), now);
        let account = &mut intent.link_terms_mut().unwrap().link.account;
        account.processor = NAME.to_owned();
        account.connected = connected.map(str::to_owned);
        let id = intent.id;
        self.table.commit(vec![store::intent::insert(&intent)]).await.unwrap();
        let typed = self.stand_in.typed_at(card, now.seconds(), connected);
        let place = connected.map(|account| format!("@{account}")).unwrap_or_default();
        let token = ProcessorToken::new(typed + &place);
        let summary = CardSummary { country: None, ..fixture::attempt(now).card };
        let attempt = checkout::attempt(id, &token, summary, false);
        let home = TokenHome { processor: NAME, connected };
        let reserved = self.table.reserve(self.scope, id, attempt, home, now).await.unwrap();
        let Reserved::Yes(reserved) = reserved else { panic!("{reserved:?}") };
        let processors = self.processors();
        let charged =
            checkout::charge(&self.table, &processors, *reserved, &token, &clock::now).await;
        charged.unwrap();
        id
    }

    async fn paid(&self) -> PaymentIntentId {
        let id = self.tried(CardKind::Pays).await;
        assert_eq!(self.status(id).await, StatusName::Succeeded);
        id
    }

    async fn intent(&self, id: PaymentIntentId) -> PaymentIntent {
        self.table.intent(self.scope, id, Consistency::Strong).await.unwrap().unwrap()
    }

    async fn status(&self, id: PaymentIntentId) -> StatusName {
        self.intent(id).await.status.name()
    }

    async fn standing(&self, id: PaymentIntentId) -> Refundable {
        *self.intent(id).await.refundable().unwrap()
    }

    async fn refunds(&self, id: PaymentIntentId) -> Vec<Refund> {
        self.table.refunds_of_payment(self.scope, id).await.unwrap()
    }

    async fn ask(&self, id: PaymentIntentId, minor: i64) -> Result<Refund, Problem> {
        let wish = RefundWish {
            scope: self.scope,
            payment: id,
            transaction: None,
            named: Resource::Payment,
            amount: AskedAmount::Minor(minor),
            say: |money| money.minor().to_string(),
            reason: None,
            metadata: None,
            requested_by: shared::model::actor::Actor::Client,
            at_most: BTreeMap::new(),
        };
        let none = Idempotency::new(self.scope, "refund", None, std::iter::empty());
        let (processors, new) = (self.processors(), clock::new_id());
        let asked = refunds::request(&self.table, &processors, &wish, &none, new, &clock::now);
        asked.await.map(|asked| asked.refund)
    }

    /// The message that an event becomes at the door.
    fn message(&self, kind: &str, thing: &str, object: &str) -> String {
        self.admitted(&self.stand_in.event(kind, thing, object))
    }

    /// The same for one of a connected account.
    fn message_at(&self, account: &str, kind: &str, thing: &str, object: &str) -> String {
        self.admitted(&self.stand_in.event_at(account, kind, thing, object))
    }

    fn admitted(&self, body: &str) -> String {
        let secret = StripeWebhookSecret::new("whsec_test".to_owned());
        let now = clock::now();
        let signature = sign(body.as_bytes(), &secret, now);
        let told = admit(self.scope, body.as_bytes(), &signature, &[secret], now).unwrap();
        serde_json::to_string(&told.unwrap()).unwrap()
    }

    async fn hear(&self, message: &str) -> Result<Verdict, String> {
        handle(&self.table, &self.stripe(), &self.processors(), message, &clock::now).await
    }

    /// An event that is worked off without trouble.
    async fn heard(&self, kind: &str, thing: &str, object: &str) {
        let message = self.message(kind, thing, object);
        assert_eq!(self.hear(&message).await, Ok(Verdict::Done), "{kind} {object}");
    }

    async fn heard_of_dispute(&self, kind: &str, object: &str) {
        self.heard(&format!("charge.dispute.{kind}"), "dispute", object).await;
    }
}

fn signed(
    scope: Scope,
    body: &str,
    by: &str,
    known: &[&str],
) -> Result<Option<ToldByProcessor>, NotStripes> {
    let now = clock::now();
    let secret = |text: &str| StripeWebhookSecret::new(text.to_owned());
    let signature = sign(body.as_bytes(), &secret(by), now);
    let known: Vec<_> = known.iter().map(|text| secret(text)).collect();
    admit(scope, body.as_bytes(), &signature, &known, now)
}

#[test]
fn an_event_is_admitted_by_each_secret_that_is_understood_and_by_no_other() {
    let (stand_in, scope) = (StandIn::new(KEY), fixture::scope());
    let body = stand_in.event("refund.created", "refund", "re_1");
    for by in ["whsec_old", "whsec_new", "whsec_connect"] {
        let known = ["whsec_old", "whsec_new", "whsec_connect"];
        let told = signed(scope, &body, by, &known).unwrap().unwrap();
        assert_eq!((told.thing.as_str(), told.object.as_str()), ("refund", "re_1"));
        assert!(!serde_json::to_string(&told).unwrap().contains("believed"), "names alone");
    }
    assert_eq!(signed(scope, &body, "whsec_other", &["whsec_new"]), Err(NotStripes));
    assert_eq!(signed(scope, &body, "whsec_new", &[]), Err(NotStripes), "no account");
    let other = stand_in.event("customer.created", "customer", "cus_1");
    assert_eq!(signed(scope, &other, "whsec_new", &["whsec_new"]), Ok(None));
}

/// The answer to the charge got lost; the event is faster than the reconciler.
#[tokio::test]
async fn an_event_ends_a_charge_whose_answer_was_lost() {
    let shop = StripeShop::new();
    let id = shop.tried(CardKind::AnswerLost).await;
    assert_eq!(shop.status(id).await, StatusName::Processing);
    let object = shop.stand_in.payment_of(&id.to_string());
    shop.heard("payment_intent.succeeded", "payment_intent", &object).await;
    assert_eq!(shop.status(id).await, StatusName::Succeeded);
    // Others that come late say nothing new.
    for kind in ["payment_intent.payment_failed", "payment_intent.succeeded"] {
        shop.heard(kind, "payment_intent", &object).await;
    }
    assert_eq!(shop.status(id).await, StatusName::Succeeded);
    assert_eq!(shop.stand_in.books(&id.to_string()), super::Books::PAID);
}

/// What an event says is not believed: the payment still waits for its buyer.
#[tokio::test]
async fn an_event_that_says_more_than_the_object_changes_nothing() {
    let shop = StripeShop::new();
    let id = shop.tried(CardKind::AsksThenPays).await;
    let object = shop.stand_in.payment_of(&id.to_string());
    shop.heard("payment_intent.succeeded", "payment_intent", &object).await;
    shop.heard("payment_intent.canceled", "payment_intent", &object).await;
    assert_eq!(shop.status(id).await, StatusName::RequiresAction);
    assert_eq!(shop.stand_in.states(&id.to_string()), ["requires_action"], "nor is it ended");
    shop.stand_in.passes(&id.to_string());
    shop.heard("payment_intent.succeeded", "payment_intent", &object).await;
    assert_eq!(shop.status(id).await, StatusName::Succeeded);
}

#[tokio::test]
async fn an_event_heard_twice_is_read_once() {
    let shop = StripeShop::new();
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let message = shop.message("refund.created", "refund", &refund);
    for _ in 0..3 {
        assert_eq!(shop.hear(&message).await, Ok(Verdict::Done));
    }
    assert_eq!(shop.stand_in.asked("refunds/"), 1);
    assert_eq!(shop.standing(id).await.refunded, 500);
}

#[tokio::test]
async fn a_refund_at_stripes_dashboard_is_booked_once_by_many_events_at_once() {
    let shop = StripeShop::new();
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let kinds = ["refund.created", "refund.updated", "refund.created", "refund.updated"];
    let messages = kinds.map(|kind| shop.message(kind, "refund", &refund));
    let all = join_all(messages.iter().map(|message| shop.hear(message))).await;
    for told in all {
        // One that found too many others comes back.
        assert!(told.is_err() || told == Ok(Verdict::Done), "{told:?}");
    }
    for message in &messages {
        assert_eq!(shop.hear(message).await, Ok(Verdict::Done));
    }
    let (known, booked) = (shop.standing(id).await, shop.refunds(id).await);
    assert_eq!((known.refunded, known.count, booked.len()), (500, 1, 1));
}

/// Booked all the same; the trouble is for people, and the second time there is none.
#[tokio::test]
async fn a_refund_at_the_dashboard_that_takes_what_a_pending_one_holds_is_told_to_people_once() {
    let shop = StripeShop::new();
    let id = shop.tried(CardKind::RefundsLate { refused: true }).await;
    let ours = shop.ask(id, 1_000).await.unwrap();
    assert_eq!(ours.status.name(), RefundStatusName::Processing);
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 600);
    let message = shop.message("refund.created", "refund", &refund);
    let trouble = shop.hear(&message).await.unwrap_err();
    let tenant = shop.scope.tenant.to_string();
    assert!(trouble.contains(&tenant) && trouble.contains("350 minor units"), "{trouble}");
    assert_eq!(shop.hear(&message).await, Ok(Verdict::Done));
    let known = shop.standing(id).await;
    assert_eq!((known.left, known.pending, known.refunded), (0, 1_000, 600));
}

/// Our own refund fails late: the event is faster than the reconciler, and is never booked as another.
#[tokio::test]
async fn a_refund_of_ours_that_fails_late_is_given_back_by_its_event() {
    let shop = StripeShop::new();
    let id = shop.tried(CardKind::RefundsLate { refused: true }).await;
    let ours = shop.ask(id, 1_000).await.unwrap();
    let object = shop.stand_in.refund_of(&ours.id.to_string());
    shop.heard("refund.created", "refund", &object).await;
    assert_eq!(shop.standing(id).await.pending, 1_000, "it is still at work");
    shop.stand_in.time_passes();
    shop.heard("refund.failed", "refund", &object).await;
    let known = shop.standing(id).await;
    assert_eq!((known.left, known.pending, known.refunded, known.count), (1_250, 0, 0, 1));
    assert_eq!(shop.refunds(id).await[0].status.name(), RefundStatusName::Failed);
}

/// A refund that succeeded stays succeeded here; that its money came back is for people.
#[tokio::test]
async fn a_refund_that_succeeded_and_failed_afterwards_is_told_to_people() {
    let shop = StripeShop::new();
    let id = shop.paid().await;
    let ours = shop.ask(id, 400).await.unwrap();
    assert_eq!(ours.status.name(), RefundStatusName::Succeeded);
    let object = shop.stand_in.refund_of(&ours.id.to_string());
    shop.stand_in.refund_becomes(&object, "failed");
    let message = shop.message("refund.failed", "refund", &object);
    for _ in 0..2 {
        let trouble = shop.hear(&message).await.unwrap_err();
        assert!(trouble.contains("failed at Stripe afterwards"), "{trouble}");
    }
    assert_eq!(shop.standing(id).await.refunded, 400);
}

#[tokio::test]
async fn a_refund_at_the_dashboard_that_was_booked_and_fails_afterwards_is_told_to_people() {
    let shop = StripeShop::new();
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    shop.heard("refund.created", "refund", &refund).await;
    shop.stand_in.refund_becomes(&refund, "failed");
    let message = shop.message("refund.failed", "refund", &refund);
    for _ in 0..2 {
        let trouble = shop.hear(&message).await.unwrap_err();
        let tenant = shop.scope.tenant.to_string();
        assert!(trouble.contains(&tenant) && trouble.contains(&refund), "{trouble}");
        assert!(trouble.contains("failed there afterwards"), "{trouble}");
    }
    assert_eq!(shop.standing(id).await.refunded, 500);
}

/// What no refund can be of is booked nowhere, and ends no worker.
#[tokio::test]
async fn a_refund_of_less_than_nothing_is_told_to_people_and_changes_nothing() {
    for amount in [-500, 0, i64::MAX] {
        let shop = StripeShop::new();
        let id = shop.paid().await;
        let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), amount);
        let message = shop.message("refund.created", "refund", &refund);
        let trouble = shop.hear(&message).await.unwrap_err();
        let tenant = shop.scope.tenant.to_string();
        assert!(trouble.contains(&tenant) && trouble.contains(&refund), "{trouble}");
        assert_eq!((shop.standing(id).await.refunded, shop.refunds(id).await.len()), (0, 0));
    }
}

/// Whoever hears of it when it has failed already books nothing, whichever of its events comes.
#[tokio::test]
async fn a_refund_at_the_dashboard_that_failed_before_it_was_booked_is_passed_over() {
    for end in ["failed", "canceled"] {
        let shop = StripeShop::new();
        let id = shop.paid().await;
        let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
        shop.stand_in.refund_becomes(&refund, end);
        for kind in ["refund.failed", "refund.created", "refund.updated"] {
            shop.heard(kind, "refund", &refund).await;
        }
        assert_eq!(
            (shop.standing(id).await.refunded, shop.refunds(id).await.len()),
            (0, 0),
            "{end}"
        );
    }
}

#[tokio::test]
async fn disputes_are_read_in_whatever_order_their_events_come() {
    for kinds in [["created", "updated", "closed"], ["closed", "created", "updated"]] {
        for (end, lost) in [("won", 0), ("lost", 700)] {
            let shop = StripeShop::new();
            let id = shop.paid().await;
            let dispute = shop.stand_in.disputes(&id.to_string(), 700, "needs_response");
            if kinds[0] == "created" {
                shop.heard_of_dispute("created", &dispute).await;
                let refused = shop.ask(id, 1).await.unwrap_err();
                assert_eq!(refused, Problem::State(StateRefusal::Disputed));
            }
            shop.stand_in.dispute_becomes(&dispute, end);
            for kind in kinds {
                shop.heard_of_dispute(kind, &dispute).await;
            }
            let known = shop.standing(id).await;
            assert_eq!((known.disputed.open, known.disputed.lost), (0, lost), "{kinds:?} {end}");
            let kept = shop.table.disputes_of_payment(shop.scope, id).await.unwrap();
            assert_eq!((kept.len(), kept[0].history.entries.len()), (1, 2));
        }
    }
}

#[tokio::test]
async fn an_inquiry_is_no_dispute_until_it_becomes_one() {
    let shop = StripeShop::new();
    let id = shop.paid().await;
    let inquiry = shop.stand_in.disputes(&id.to_string(), 1_250, "warning_needs_response");
    shop.heard_of_dispute("created", &inquiry).await;
    assert!(shop.ask(id, 1).await.is_ok());
    shop.stand_in.dispute_becomes(&inquiry, "needs_response");
    shop.heard_of_dispute("updated", &inquiry).await;
    assert_eq!(shop.ask(id, 1).await.unwrap_err(), Problem::State(StateRefusal::Disputed));
}

/// A dispute is heard of before we know that the payment succeeded.
#[tokio::test]
async fn a_dispute_of_a_charge_whose_answer_was_lost_ends_the_charge_first() {
    let shop = StripeShop::new();
    let id = shop.tried(CardKind::AnswerLost).await;
    let dispute = shop.stand_in.disputes(&id.to_string(), 1_250, "needs_response");
    shop.heard_of_dispute("created", &dispute).await;
    assert_eq!(shop.status(id).await, StatusName::Succeeded);
    assert_eq!(shop.standing(id).await.disputed.open, 1_250);
}

#[tokio::test]
async fn what_belongs_to_other_systems_in_the_same_account_is_passed_over() {
    let shop = StripeShop::new();
    let other = shop.stand_in.pays_others(900);
    shop.heard("payment_intent.succeeded", "payment_intent", &other).await;
    shop.heard("payment_intent.succeeded", "payment_intent", "pi_nobody").await;
    shop.heard("refund.created", "refund", "re_nobody").await;
    shop.heard_of_dispute("created", "du_nobody").await;
    // A payment of ours that another tenant's deployment knows.
    let id = shop.paid().await;
    let object = shop.stand_in.payment_of(&id.to_string());
    let neighbour = StripeShop { stand_in: shop.stand_in.clone(), ..StripeShop::new() };
    let connector = SharedHttpConnector::new(shop.stand_in.clone());
    let neighbour = StripeShop { connector, ..neighbour };
    neighbour.heard("payment_intent.succeeded", "payment_intent", &object).await;
    assert_eq!(shop.status(id).await, StatusName::Succeeded);
}

/// An account that Stripe does not let the tenant's key into changes nothing: it is named, and comes back.
#[tokio::test]
async fn an_event_of_a_connected_account_is_read_there_and_nowhere_else() {
    let shop = StripeShop::new();
    let id = shop.tried_at(CardKind::Pays, Some(CONNECTED)).await;
    assert_eq!(shop.status(id).await, StatusName::Succeeded);
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let of = |account: &str| shop.message_at(account, "refund.created", "refund", &refund);
    let own = shop.message("refund.created", "refund", &refund);
    for message in [of(ELSEWHERE), own] {
        assert_eq!(shop.hear(&message).await, Ok(Verdict::Done), "{message}");
    }
    let stranger = shop.hear(&of("acct_stranger")).await.unwrap_err();
    let tenant = shop.scope.tenant.to_string();
    assert!(stranger.contains(&tenant) && stranger.contains("account_invalid"), "{stranger}");
    assert_eq!(shop.standing(id).await.refunded, 0);
    for _ in 0..2 {
        assert_eq!(shop.hear(&of(CONNECTED)).await, Ok(Verdict::Done));
    }
    assert_eq!(shop.standing(id).await.refunded, 500);
    let booked = shop.refunds(id).await;
    assert_eq!(booked.len(), 1, "{booked:?}");
}

/// A payment in an account that is connected to the tenant's is another's here: its metadata says whose.
#[tokio::test]
async fn an_event_of_a_connected_account_that_two_tenants_share_is_for_the_tenant_that_charged() {
    let shop = StripeShop::new();
    let id = shop.tried_at(CardKind::Pays, Some(CONNECTED)).await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let other = Scope { tenant: clock::new_id(), ..shop.scope };
    let neighbour = StripeShop {
        stand_in: shop.stand_in.clone(),
        connector: SharedHttpConnector::new(shop.stand_in.clone()),
        table: shop.table.clone(),
        scope: other,
    };
    let message = neighbour.message_at(CONNECTED, "refund.created", "refund", &refund);
    assert_eq!(neighbour.hear(&message).await, Ok(Verdict::Done));
    assert_eq!(shop.standing(id).await.refunded, 0);
}

/// Stripe is down, too busy, silent, or knows the key no more: the event comes back, and is worked off
/// when all is well. The trouble names the tenant and the cause.
#[tokio::test]
async fn an_event_survives_stripe_being_down_busy_or_strict() {
    let shop = StripeShop::new();
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let message = shop.message("refund.created", "refund", &refund);
    let tenant = shop.scope.tenant.to_string();
    for (cut, cause) in [
        (Cut::Status(500), "status 500"),
        (Cut::Status(503), "status 503"),
        (Cut::Status(429), "Busy"),
        (Cut::Before, "the connection broke"),
        (Cut::Status(401), "Key"),
        (Cut::Status(403), "Permission"),
    ] {
        shop.stand_in.breaks(&[cut; 3]);
        let trouble = shop.hear(&message).await.unwrap_err();
        assert!(trouble.contains(&tenant) && trouble.contains(cause), "{cut:?}: {trouble}");
        shop.stand_in.breaks(&[]);
        assert_eq!(shop.standing(id).await.refunded, 0, "{cut:?}");
    }
    assert_eq!(shop.hear(&message).await, Ok(Verdict::Done));
    assert_eq!(shop.standing(id).await.refunded, 500);
}

/// All messages of a batch are worked off at the same time: one that waits for a silent account holds
/// none of the others up.
#[tokio::test]
async fn one_sick_account_never_delays_others() {
    let (sick, well) = (StripeShop::new(), StripeShop::new());
    let (hers, his) = (sick.paid().await, well.paid().await);
    let stuck = sick.stand_in.refunds_elsewhere(&hers.to_string(), 500);
    let stuck = sick.message("refund.created", "refund", &stuck);
    let fine = well.stand_in.refunds_elsewhere(&his.to_string(), 500);
    let fine = well.message("refund.created", "refund", &fine);
    sick.stand_in.breaks(&[Cut::Never; 3]);
    let (waiting, working) = (sick.hear(&stuck), well.hear(&fine));
    let (waiting, working) = (pin!(waiting), pin!(working));
    let first = select(waiting, working).await;
    let Either::Right((told, _)) = first else { panic!("nobody answers the sick one") };
    assert_eq!(told, Ok(Verdict::Done));
    assert_eq!(well.standing(his).await.refunded, 500);
}

/// The reconciler comes at the same time as the event.
#[tokio::test]
async fn an_event_beside_the_reconciler_ends_a_charge_once() {
    let shop = StripeShop::new();
    let id = shop.tried(CardKind::AnswerLost).await;
    let object = shop.stand_in.payment_of(&id.to_string());
    let message = shop.message("payment_intent.succeeded", "payment_intent", &object);
    let (open, later) = (shop.intent(id).await, clock::now().plus_seconds(3_600));
    let processors = shop.processors();
    let asked = engine::reconcile(&shop.table, &processors, open, later, &clock::now);
    let (heard, asked) = tokio::join!(shop.hear(&message), asked);
    assert!(heard.is_ok() && asked.is_ok(), "{heard:?} {asked:?}");
    let told = shop.intent(id).await.history.entries;
    let succeeded = told.iter().filter(|entry| entry.kind.as_str() == "payment_intent.succeeded");
    assert_eq!(succeeded.count(), 1, "{told:?}");
}
