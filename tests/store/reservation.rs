//! Taking a link is one conditional write that does exactly what the model says.

use super::{fixture, on_every_table};
use shared::{
    model::{
        Amounts, Money, Scope,
        card::FailureReason,
        payment_intent::{Attempt, ChargeOutcome, ChargeRefusal, PaymentIntent, Terms, TokenHome},
        tax::{AttemptTax, TaxRecord},
    },
    store::{
        Consistency, Item, Table,
        intent::{self, Reserved},
        key,
    },
};
use std::sync::Arc;

on_every_table!(
    the_write_that_reserves_does_what_the_model_says,
    a_card_of_another_account_of_the_processor_takes_no_link,
    a_link_works_until_the_millisecond_before_its_time,
    reserving_again_with_the_same_submit_is_fine_and_takes_nothing_more,
    a_long_history_keeps_its_numbers_when_a_link_is_reserved,
    an_unknown_link_cannot_be_reserved,
    a_submit_that_charges_tax_is_written_as_the_model_says,
);

async fn keep(table: &Table, intent: &PaymentIntent) {
    table.commit(vec![intent::insert(intent)]).await.unwrap();
}

async fn kept(table: &Table, intent: &PaymentIntent) -> Item {
    let key = key::intent(intent.scope, intent.id);
    table.get(&key, Consistency::Strong).await.unwrap().unwrap()
}

fn pending(scope: Scope) -> PaymentIntent {
    fixture::intent(scope, fixture::id_at(fixture::someday()), fixture::someday())
}

async fn the_write_that_reserves_does_what_the_model_says(table: Arc<Table>) {
    let scope = fixture::scope();
    let mut accepted = 0;
    for status in fixture::LINK_STATUSES {
        for late in [false, true] {
            for attempts_left in [0, 1, 2] {
                for processor in ["simulator", "stripe"] {
                    let case = format!("{status:?} late {late} left {attempts_left} {processor}");
                    let before = fixture::in_status(pending(scope), status);
                    let before = fixture::with_attempts(before, attempts_left);
                    keep(&table, &before).await;
                    let now =
                        before.link_terms().unwrap().link.expires_at.unwrap().plus_ms(if late {
                            0
                        } else {
                            -1
                        });
                    let attempt = fixture::attempt(now);
                    let model = before.reserve(attempt.clone(), now);
                    let ours = before.link_terms().unwrap().link.account.processor == processor;
                    let reserved = table
                        .reserve(scope, before.id, attempt, TokenHome::own(processor), now)
                        .await;
                    let expected = match (reserved.unwrap(), model) {
                        (Reserved::Yes(after), Ok(model)) if ours => {
                            assert_eq!(*after, model, "{case}");
                            accepted += 1;
                            intent::to_item(&model)
                        }
                        (Reserved::OtherProcessor, Ok(_)) if !ours => intent::to_item(&before),
                        (Reserved::No(refusal, old), Err(expected)) => {
                            assert_eq!((refusal, *old), (expected, before.clone()), "{case}");
                            intent::to_item(&before)
                        }
                        (reserved, model) => panic!("{case}: {reserved:?}, but {model:?}"),
                    };
                    assert_eq!(kept(&table, &before).await, expected, "{case}");
                }
            }
        }
    }
    assert_eq!(accepted, 2, "pending, in time, one or two attempts left, the right processor");
}

async fn a_card_of_another_account_of_the_processor_takes_no_link(table: Arc<Table>) {
    let homes = [None, Some("acct_1"), Some("acct_2")];
    for (charges, made) in homes.into_iter().flat_map(|one| homes.map(|other| (one, other))) {
        let mut intent = pending(fixture::scope());
        let Terms::Link(terms) = &mut intent.terms else { panic!("a link") };
        terms.link.account.connected = charges.map(str::to_owned);
        terms.link.account.statement = Some("CORNER SHOP".to_owned());
        keep(&table, &intent).await;
        let now = fixture::someday();
        let home = TokenHome { processor: "simulator", connected: made };
        let reserved =
            table.reserve(intent.scope, intent.id, fixture::attempt(now), home, now).await.unwrap();
        match reserved {
            Reserved::Yes(taken) => {
                assert_eq!(charges, made);
                assert_eq!(taken.charging_account(), intent.charging_account());
            }
            Reserved::OtherProcessor => assert_ne!(charges, made),
            other @ (Reserved::No(..) | Reserved::LinkOver(_) | Reserved::Missing) => {
                panic!("{other:?}")
            }
        }
    }
}

async fn a_link_works_until_the_millisecond_before_its_time(table: Arc<Table>) {
    let intent = pending(fixture::scope());
    keep(&table, &intent).await;
    let over = intent.expires_at().unwrap();
    for (now, works) in [(over.plus_days(400), false), (over, false), (over.plus_ms(-1), true)] {
        let attempt = fixture::attempt(now);
        let reserved =
            table.reserve(intent.scope, intent.id, attempt, TokenHome::own("simulator"), now).await;
        match reserved.unwrap() {
            Reserved::Yes(_) => assert!(works),
            Reserved::No(refusal, _) => {
                assert_eq!((refusal, works), (ChargeRefusal::Expired, false))
            }
            other @ (Reserved::LinkOver(_) | Reserved::OtherProcessor | Reserved::Missing) => {
                panic!("{other:?}")
            }
        }
    }
}

async fn reserving_again_with_the_same_submit_is_fine_and_takes_nothing_more(table: Arc<Table>) {
    let intent = fixture::with_attempts(pending(fixture::scope()), 2);
    keep(&table, &intent).await;
    let now = fixture::someday();
    let attempt = fixture::attempt(now);
    let reserve = || {
        table.reserve(intent.scope, intent.id, attempt.clone(), TokenHome::own("simulator"), now)
    };
    let Reserved::Yes(first) = reserve().await.unwrap() else { panic!("the link was free") };
    let Reserved::Yes(again) = reserve().await.unwrap() else { panic!("the link was ours") };
    assert_eq!((first.version, first.attempts_left()), (2, 1));
    assert_eq!(first, again);
    let other = fixture::attempt(now);
    let other = table
        .reserve(intent.scope, intent.id, other, TokenHome::own("simulator"), now)
        .await
        .unwrap();
    assert!(matches!(other, Reserved::No(ChargeRefusal::Used, _)), "{other:?}");
}

/// The write appends without dropping old entries, which the next write does. Numbers stay.
async fn a_long_history_keeps_its_numbers_when_a_link_is_reserved(table: Arc<Table>) {
    let now = fixture::someday();
    let link = fixture::with_attempts(pending(fixture::scope()), 29);
    let no = ChargeOutcome::Declined(FailureReason::CardDeclined);
    let intent = (0..20).fold(link, |link, _| {
        let attempt = fixture::attempt(now);
        link.reserve(attempt.clone(), now).unwrap().settle(attempt.id, &no, now).unwrap()
    });
    assert_eq!(intent.history.last_sequence(), 41);
    keep(&table, &intent).await;
    let attempt = fixture::attempt(now);
    let model = intent.reserve(attempt.clone(), now).unwrap();
    let reserved = table
        .reserve(intent.scope, intent.id, attempt.clone(), TokenHome::own("simulator"), now)
        .await;
    let Reserved::Yes(reserved) = reserved.unwrap() else { panic!("the link was free") };
    assert_eq!(*reserved, model);
    assert_eq!(reserved.history.last_sequence(), 42);
    let asked = reserved.ask_challenge(attempt.id, now).unwrap();
    assert_eq!(asked, model.ask_challenge(attempt.id, now).unwrap());
    table.replace_intent(&asked, None).await.unwrap();
    assert_eq!(kept(&table, &intent).await, intent::to_item(&asked));
}

async fn an_unknown_link_cannot_be_reserved(table: Arc<Table>) {
    let intent = pending(fixture::scope());
    let now = fixture::someday();
    let attempt = fixture::attempt(now);
    let reserved =
        table.reserve(intent.scope, intent.id, attempt, TokenHome::own("simulator"), now).await;
    assert!(matches!(reserved.unwrap(), Reserved::Missing));
    let missing = table.intent(intent.scope, intent.id, Consistency::Strong).await.unwrap();
    assert_eq!(missing, None);
}

async fn a_submit_that_charges_tax_is_written_as_the_model_says(table: Arc<Table>) {
    for tax in [0, 250] {
        let intent = pending(fixture::scope());
        keep(&table, &intent).await;
        let (now, subtotal) = (fixture::someday(), intent.amounts.subtotal());
        let tax = Money::from_minor(tax, subtotal.currency());
        let charged = AttemptTax {
            amounts: Amounts::new(subtotal, tax).unwrap(),
            record: Some(TaxRecord::unconfigured(None, now)),
        };
        let attempt = Attempt { charged: Some(Box::new(charged)), ..fixture::attempt(now) };
        let model = intent.reserve(attempt.clone(), now).unwrap();
        assert_eq!(model.amounts.tax(), tax);
        let reserved =
            table.reserve(intent.scope, intent.id, attempt, TokenHome::own("simulator"), now).await;
        let Reserved::Yes(reserved) = reserved.unwrap() else { panic!("the link was free") };
        assert_eq!(*reserved, model);
        assert_eq!(kept(&table, &model).await, intent::to_item(&model));
    }
}
