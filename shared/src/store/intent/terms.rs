//! The terms of a payment as they are kept: those of a link, those of a charge, and those between
//! wallets.

use super::{attempt_from_item, attempt_to_item, taxed};
use crate::model::{
    Time,
    payment_intent::{
        ChargeAnswer, ChargeRequest, ChargeStanding, ChargeTerms, ChargingAccount, DeclinedAttempt,
        LinkRequest, LinkTerms, Terms, WalletTerms,
        wallet::{AnsweredState, Hold, PayeeAccount, Pull, Push, Way},
    },
    payment_link::{Limit, LinkAttempts, OneTimeLink},
    route::{IntentType, Spendable},
    secret::ProcessorToken,
};
use crate::store::{Corrupt, Item, Value};

type Read<T> = Result<T, Corrupt>;

/// The item with an intent's terms.
pub fn with_terms(item: Item, terms: &Terms) -> Item {
    match terms {
        Terms::Link(terms) => with_link(item, terms),
        Terms::Charge(terms) => with_charge(item, terms),
        Terms::Wallet(terms) => with_wallet(item, terms),
    }
}

/// The terms of an intent.
pub fn terms(item: &Item) -> Read<Terms> {
    match (item.text_if_any("kind"), item.get("mit")) {
        (None, None) => link(item).map(Terms::Link),
        (None, Some(_)) => charge(item).map(Terms::Charge),
        (Some(_), _) => wallet(item).map(Terms::Wallet),
    }
}

fn with_link(item: Item, terms: &LinkTerms) -> Item {
    with_one_time(item, &terms.link)
        .with_texts("dead", terms.declined.iter().map(|declined| declined.attempt.id.to_string()))
        .with_some("tries", tries(&terms.declined))
        .with_some("req", terms.request.as_ref().map(request_to_item))
}

/// A link without an end says "never", so that the write that reserves has a time to compare with.
fn with_one_time(item: Item, link: &OneTimeLink) -> Item {
    let LinkAttempts { limit, .. } = link.attempts;
    let several = limit.max().filter(|max| *max > 1);
    with_account(item, &link.account)
        .with("payee", link.payee.as_str())
        .with("exp", link.expires_at.unwrap_or(Time::NEVER))
        .with_texts("org", link.allowed_origins.iter().map(|origin| origin.as_str()))
        .with_some("ret", link.return_url.as_deref())
        .with("left", link.attempts.left())
        .with_some("most", several)
}

fn one_time(item: &Item) -> Read<OneTimeLink> {
    Ok(OneTimeLink {
        account: account(item)?,
        payee: item.text("payee")?.to_owned(),
        attempts: attempts(item)?,
        expires_at: Some(item.time("exp")?).filter(|end| *end < Time::NEVER),
        allowed_origins: item.texts("org")?,
        return_url: item.text_if_any("ret").map(str::to_owned),
    })
}

/// Links take one card or any number of them; only another limit is written down.
fn attempts(item: &Item) -> Read<LinkAttempts> {
    let left = item.number("left")?;
    let limit = match item.get("most") {
        Some(_) => {
            Limit::at_most(Some(item.number("most")?)).ok_or_else(|| item.corrupt("most"))?
        }
        None if left > 1 => Limit::UNLIMITED,
        None => Limit::ONE,
    };
    Ok(LinkAttempts::with_left(limit, left))
}

/// The attempts that were declined; their ids stand beside it, for the write that reserves.
fn tries(declined: &[DeclinedAttempt]) -> Option<Value> {
    let item = |declined: &DeclinedAttempt| {
        attempt_to_item(&declined.attempt)
            .with("why", declined.reason.as_str())
            .with("at", declined.at)
    };
    let all: Vec<Value> = declined.iter().map(|one| Value::M(item(one))).collect();
    (!all.is_empty()).then_some(Value::L(all))
}

fn declined_from_item(item: &Item) -> Read<DeclinedAttempt> {
    let attempt = attempt_from_item(item)?;
    Ok(DeclinedAttempt { attempt, reason: item.parse("why")?, at: item.time("at")? })
}

fn request_to_item(request: &LinkRequest) -> Item {
    Item::new()
        .with_some("key", request.idempotency_key.as_deref())
        .with_some("cust", request.customer.map(|id| id.to_string()))
        .with_some("tax", request.tax_code.as_deref())
        .with_some("link", request.payment_link.map(|id| id.to_string()))
        .with_some("est", request.estimate.as_deref().map(taxed::to_item))
        .with_some("inv", request.invoiced.then_some(true))
}

fn request_from_item(item: &Item) -> Read<LinkRequest> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    let estimate = item.get("est").map(|_| taxed::from_item(item.map("est")?));
    Ok(LinkRequest {
        idempotency_key: text("key"),
        customer: item.parse_if_any("cust")?,
        tax_code: text("tax"),
        payment_link: item.parse_if_any("link")?,
        estimate: estimate.transpose()?.map(Box::new),
        invoiced: item.flag("inv"),
    })
}

fn account(item: &Item) -> Read<ChargingAccount> {
    Ok(ChargingAccount {
        id: item.parse("ma")?,
        processor: item.text("proc")?.to_owned(),
        connected: item.text_if_any("conn").map(str::to_owned),
        statement: item.text_if_any("stmt").map(str::to_owned),
    })
}

fn with_account(item: Item, account: &ChargingAccount) -> Item {
    item.with("ma", account.id.to_string())
        .with("proc", account.processor.as_str())
        .with_some("conn", account.connected.as_deref())
        .with_some("stmt", account.statement.as_deref())
}

fn with_charge(item: Item, terms: &ChargeTerms) -> Item {
    let request = Item::new()
        .with("pm", terms.method.to_string())
        .with_some("key", terms.request.idempotency_key.as_deref())
        .with_some("ask", terms.request.method.map(|id| id.to_string()))
        .with_some("tax", terms.request.tax_code.as_deref());
    let answers: Vec<Value> =
        terms.answers.iter().map(|answer| Value::M(charge_answer_to_item(answer))).collect();
    with_account(item, &terms.account)
        .with("payee", terms.payee.as_str())
        .with("mit", request)
        .with_some("tries", tries(&terms.declined))
        .with_some("said", Some(Value::L(answers)).filter(|_| !terms.answers.is_empty()))
}

fn charge(item: &Item) -> Read<ChargeTerms> {
    let request = item.map("mit")?;
    let text = |name| request.text_if_any(name).map(str::to_owned);
    Ok(ChargeTerms {
        account: account(item)?,
        payee: item.text("payee")?.to_owned(),
        method: request.parse("pm")?,
        request: ChargeRequest {
            idempotency_key: text("key"),
            method: request.parse_if_any("ask")?,
            tax_code: text("tax"),
        },
        declined: item.items("tries")?.into_iter().map(declined_from_item).collect::<Read<_>>()?,
        answers: item.items("said")?.into_iter().map(charge_answer).collect::<Read<_>>()?,
    })
}

fn charge_answer_to_item(answer: &ChargeAnswer) -> Item {
    let (said, why) = match answer.said {
        ChargeStanding::Open => ("open", None),
        ChargeStanding::Paid => ("paid", None),
        ChargeStanding::Declined(reason) => ("declined", Some(reason.as_str())),
    };
    Item::new()
        .with("id", answer.attempt.to_string())
        .with("is", said)
        .with_some("why", why)
        .with("at", answer.at)
}

fn charge_answer(item: &Item) -> Read<ChargeAnswer> {
    let said = match item.text("is")? {
        "open" => ChargeStanding::Open,
        "paid" => ChargeStanding::Paid,
        "declined" => ChargeStanding::Declined(item.parse("why")?),
        _ => return Err(item.corrupt("is")),
    };
    Ok(ChargeAnswer { attempt: item.parse("id")?, said, at: item.time("at")? })
}

fn link(item: &Item) -> Read<LinkTerms> {
    Ok(LinkTerms {
        link: one_time(item)?,
        declined: item.items("tries")?.into_iter().map(declined_from_item).collect::<Read<_>>()?,
        request: match item.get("req") {
            Some(_) => Some(request_from_item(item.map("req")?)?),
            None => None,
        },
    })
}

fn with_wallet(item: Item, terms: &WalletTerms) -> Item {
    item.with("kind", terms.kind.as_str())
        .with("w", terms.wallet.to_string())
        .with_some("dw", terms.destination_wallet.map(|id| id.to_string()))
        .with_some("way", terms.way.as_ref().map(way_to_item))
        .with_some("hold", terms.hold.as_ref().map(hold_to_item))
        .with_some("first", terms.first.as_ref().map(answered_to_item))
}

fn wallet(item: &Item) -> Read<WalletTerms> {
    let part = |name| item.get(name).map(|_| item.map(name)).transpose();
    let kind: IntentType = item.parse("kind")?;
    Ok(WalletTerms {
        kind,
        wallet: item.parse("w")?,
        destination_wallet: item.parse_if_any("dw")?,
        way: part("way")?.map(way_from_item).transpose()?,
        hold: part("hold")?.map(hold_from_item).transpose()?,
        first: part("first")?.map(answered_from_item).transpose()?,
    })
}

fn way_to_item(way: &Way) -> Item {
    let early = way.spendable == Spendable::AtSucceeded;
    let pull = way.pull.as_ref().map(|pull| {
        Item::new()
            .with("rail", pull.rail.as_str())
            .with("pm", pull.method.to_string())
            .with("tok", pull.token.reveal())
    });
    let push = way.push.as_ref().map(|push| {
        let item = Item::new().with("rail", push.rail.as_str()).with("tok", push.token.reveal());
        match push.payee {
            PayeeAccount::Destination(id) => item.with("dest", id.to_string()),
            PayeeAccount::Method(id) => item.with("pm", id.to_string()),
        }
    });
    Item::new()
        .with("route", way.route.to_string())
        .with("proc", way.processor.as_str())
        .with("early", early)
        .with_some("pull", pull)
        .with_some("push", push)
}

fn way_from_item(item: &Item) -> Read<Way> {
    let part = |name| item.get(name).map(|_| item.map(name)).transpose();
    let pull = part("pull")?.map(|pull| {
        Ok(Pull {
            rail: pull.parse("rail")?,
            method: pull.parse("pm")?,
            token: ProcessorToken::new(pull.text("tok")?.to_owned()),
        })
    });
    let push = part("push")?.map(|push| {
        let payee = match push.parse_if_any("dest")? {
            Some(id) => PayeeAccount::Destination(id),
            None => PayeeAccount::Method(push.parse("pm")?),
        };
        let token = ProcessorToken::new(push.text("tok")?.to_owned());
        Ok(Push { rail: push.parse("rail")?, payee, token })
    });
    let early = item.flag("early");
    Ok(Way {
        route: item.parse("route")?,
        processor: item.text("proc")?.to_owned(),
        pull: pull.transpose()?,
        push: push.transpose()?,
        spendable: if early { Spendable::AtSucceeded } else { Spendable::AtSettled },
    })
}

fn hold_to_item(hold: &Hold) -> Item {
    Item::new()
        .with("for", hold.lasts_s)
        .with("exp", hold.expires_at)
        .with("rel", hold.released)
        .with("back", hold.given_back)
}

fn hold_from_item(item: &Item) -> Read<Hold> {
    Ok(Hold {
        lasts_s: item.number("for")?,
        expires_at: item.time("exp")?,
        released: item.number("rel")?,
        given_back: item.number("back")?,
    })
}

fn answered_to_item(answered: &AnsweredState) -> Item {
    Item::new()
        .with("st", answered.status.as_str())
        .with("at", answered.at)
        .with_some("why", answered.failure.map(|reason| reason.as_str()))
}

fn answered_from_item(item: &Item) -> Read<AnsweredState> {
    let at: Time = item.time("at")?;
    Ok(AnsweredState { status: item.parse("st")?, failure: item.parse_if_any("why")?, at })
}

#[cfg(test)]
mod tests;
