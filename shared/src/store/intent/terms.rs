//! The terms of a payment as they are kept: those of a link, and those between wallets.

use super::{attempt_from_item, attempt_to_item};
use crate::model::{
    Time,
    payment_intent::{
        ChargingAccount, DeclinedAttempt, Link, LinkRequest, LinkTerms, Terms, WalletTerms,
        wallet::{Answered, Hold, PayeeAccount, Pull, Push, Way},
    },
    route::{IntentType, Spendable},
};
use crate::store::{Corrupt, Item, Value};

type Read<T> = Result<T, Corrupt>;

/// The item with an intent's terms.
#[must_use]
pub fn with_terms(item: Item, terms: &Terms) -> Item {
    match terms {
        Terms::Link(terms) => with_link(item, terms),
        Terms::Wallet(terms) => with_wallet(item, terms),
    }
}

/// The terms of an intent.
///
/// # Errors
/// A record that [`with_terms`] cannot have made.
pub fn terms(item: &Item) -> Read<Terms> {
    match item.text_if_any("kind") {
        None => link(item).map(Terms::Link),
        Some(_) => wallet(item).map(Terms::Wallet),
    }
}

fn with_link(item: Item, terms: &LinkTerms) -> Item {
    item.with("ma", terms.account.id.to_string())
        .with("proc", terms.account.processor.as_str())
        .with("payee", terms.link.payee.as_str())
        .with("exp", terms.link.expires_at)
        .with_texts("org", terms.link.allowed_origins.iter().map(|origin| origin.as_str()))
        .with_some("ret", terms.link.return_url.as_deref())
        .with("left", terms.attempts_left)
        .with_texts("dead", terms.declined.iter().map(|declined| declined.attempt.id.to_string()))
        .with_some("tries", tries(&terms.declined))
        .with_some("req", terms.request.as_ref().map(request_to_item))
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
}

fn request_from_item(item: &Item) -> Read<LinkRequest> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Ok(LinkRequest {
        idempotency_key: text("key"),
        customer: item.parse_if_any("cust")?,
        tax_code: text("tax"),
        payment_link: item.parse_if_any("link")?,
    })
}

fn link(item: &Item) -> Read<LinkTerms> {
    Ok(LinkTerms {
        account: ChargingAccount {
            id: item.parse("ma")?,
            processor: item.text("proc")?.to_owned(),
        },
        link: Link {
            payee: item.text("payee")?.to_owned(),
            expires_at: item.time("exp")?,
            allowed_origins: item.texts("org")?,
            return_url: item.text_if_any("ret").map(str::to_owned),
        },
        attempts_left: item.number("left")?,
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
            .with("tok", pull.token.as_str())
    });
    let push = way.push.as_ref().map(|push| {
        let item = Item::new().with("rail", push.rail.as_str()).with("tok", push.token.as_str());
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
            token: pull.text("tok")?.to_owned(),
        })
    });
    let push = part("push")?.map(|push| {
        let payee = match push.parse_if_any("dest")? {
            Some(id) => PayeeAccount::Destination(id),
            None => PayeeAccount::Method(push.parse("pm")?),
        };
        Ok(Push { rail: push.parse("rail")?, payee, token: push.text("tok")?.to_owned() })
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

fn answered_to_item(answered: &Answered) -> Item {
    Item::new()
        .with("st", answered.status.as_str())
        .with("at", answered.at)
        .with_some("why", answered.failure.map(|reason| reason.as_str()))
}

fn answered_from_item(item: &Item) -> Read<Answered> {
    let at: Time = item.time("at")?;
    Ok(Answered { status: item.parse("st")?, failure: item.parse_if_any("why")?, at })
}

#[cfg(test)]
mod tests;
