//! Which page a buyer sees, and what it shows, by where the payment stands.

use super::{
    super::{Reply, Request},
    problems, view, words,
};
use crate::{
    model::{
        self, Money, Time,
        card::FailureReason,
        checkout_session::with_outcome,
        id::CheckoutSessionId,
        origin::Origin,
        payment_intent::{LinkTerms, PaymentIntent, StatusName},
        payment_link::ReturnAddresses,
        tax::{
            Treatment,
            settings::{AskAddress, Registration, SaveCard},
        },
    },
    operations::{Problem, ProblemKind, Resource, StateRefusal, sales::Sale, tax::Computed},
    processor::{CheckSecret, PaymentFields},
};
use view::{ChallengePage, Html, PageState, PaidCard, PayPage, PayTax, Saving};
use words::Locale;

const NOT_PROCESSED: &str = "The card could not be processed.";

/// What the buyer reads about a payment that failed. All declines read the same: it does not help
/// anybody to guess why.
pub const fn failure_text(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::CardDeclined
        | FailureReason::InsufficientFunds
        | FailureReason::LostCard
        | FailureReason::StolenCard
        | FailureReason::ExpiredCard
        | FailureReason::IncorrectCvc => "The card was declined.",
        FailureReason::AuthenticationFailed
        | FailureReason::AuthenticationAbandoned
        | FailureReason::AuthenticationRequired => "Your bank's check was not completed.",
        FailureReason::ProcessingError
        | FailureReason::ProcessorUnavailable
        | FailureReason::AccountClosed
        | FailureReason::NoAccount
        | FailureReason::ReturnedR01
        | FailureReason::ReturnedR02
        | FailureReason::ReturnedR03
        | FailureReason::ReturnedR10
        | FailureReason::ReturnedR16
        | FailureReason::PayoutLegFailed
        | FailureReason::RefundRefused
        | FailureReason::ReviewRejected => NOT_PROCESSED,
    }
}

/// A card scheme as its own cards write it.
pub fn brand_name(brand: &str) -> &'static str {
    match brand {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "American Express",
        "discover" => "Discover",
        "diners" => "Diners Club",
        "unionpay" => "UnionPay",
        "jcb" => "JCB",
        _ => "Card",
    }
}

/// Why an intent failed, for the buyer.
pub(super) fn failure_of(intent: &PaymentIntent) -> &'static str {
    intent.status.failure().map_or(NOT_PROCESSED, failure_text)
}

/// What a payment's page says is paid, by the price where it is known.
pub fn due(payment: &PaymentIntent, price: Option<&Computed>) -> Money {
    match price {
        Some(Computed::Known(taxed)) => taxed.amounts.total(),
        Some(Computed::Needs(_)) | None => payment.amount(),
    }
}

/// What a payment's page shows besides the payment.
#[derive(Debug)]
pub struct Around<'a> {
    /// The ways out of it.
    pub out: &'a ReturnAddresses,
    /// The card fields that the processor shows; the page's own when absent.
    pub fields: Option<&'a PaymentFields>,
}

/// The page of an intent at `now`: 410 where the link can no longer be used, 200 otherwise; 404 for
/// a payment that has no link.
pub fn pay_page(
    sale: &Sale,
    price: Option<&Computed>,
    around: &Around<'_>,
    req: &Request,
    now: Time,
) -> Reply {
    let Around { out, fields } = around;
    let (intent, locale) = (&sale.payment, Locale::of(req, None));
    let Some(terms) = intent.link_terms() else {
        return error_page(&Problem::NotFound(Resource::Link), locale);
    };
    let (status, state) = match intent.status_at(now) {
        StatusName::Pending => (200, PageState::Payable),
        StatusName::Processing | StatusName::PendingReview | StatusName::Held => {
            (200, PageState::Processing)
        }
        StatusName::RequiresAction => (200, PageState::Challenge),
        StatusName::Succeeded | StatusName::Settled => {
            // Who was forwarded a page of the payments surface sees that it is paid, and no more.
            let forwarded = intent.surface == model::Surface::Payments;
            let attempt = intent.status.attempt().filter(|_| !forwarded);
            let card = attempt.map(|attempt| PaidCard {
                name: brand_name(&attempt.card.brand),
                last4: &attempt.card.last4,
            });
            (200, PageState::Paid { card })
        }
        StatusName::Failed => {
            (200, PageState::NotPaid { message: words::say(locale, failure_of(intent)) })
        }
        StatusName::Expired => (410, PageState::Expired),
        StatusName::Canceled => (410, PageState::Canceled),
    };
    let price = price.filter(|_| state == PageState::Payable);
    let tax = price.map(|price| pay_tax(sale, price, locale));
    let shown = due(intent, price);
    let amount = shown.major();
    let order = CheckoutSessionId::from_uuid(*intent.id.uuid());
    let left =
        |url: &Option<String>, status| url.as_deref().map(|url| with_outcome(url, order, status));
    let html = view::pay_page(&PayPage {
        locale,
        payee: &terms.link.payee,
        amount: &amount,
        currency: intent.amount().currency().code(),
        description: &intent.description,
        payer: &payer(sale),
        retries: intent.attempts_left() > 0,
        asks_email: intent.surface == model::Surface::Payments && intent.customer.is_none(),
        expires_at_ms: terms.link.expires_at.map(Time::ms),
        now_ms: now.ms(),
        payment_intent_id: &intent.id.to_string(),
        test_mode: intent.scope.mode == crate::model::Mode::Test,
        allowed_origins: &origins(terms),
        return_url: intent.return_url().as_deref(),
        cancel_url: left(&out.cancel, "canceled").as_deref(),
        failed_url: left(&out.failed, "expired").as_deref(),
        start_again: shared_link(intent).as_deref(),
        tax: tax.as_ref(),
        saving: saving(sale),
        fields: *fields,
        due_minor: shown.minor(),
        state,
    });
    html_reply(status, html)
}

/// The customer that a link was made for, as far as a page that gets forwarded may say: one letter
/// of the address, and the country.
fn payer(sale: &Sale) -> String {
    let Some((name, host)) = sale.email.as_deref().and_then(|email| email.rsplit_once('@')) else {
        return String::new();
    };
    let first: String = name.chars().take(1).collect();
    let country = sale.customer.as_ref().and_then(|customer| customer.country);
    let country = country.map(|country| format!(" · {country}")).unwrap_or_default();
    format!("{first}...@{host}{country}")
}

/// How the buyer agrees that the card is saved.
const fn saving(sale: &Sale) -> Saving {
    match (sale.payment.surface, sale.settings.save_card) {
        (model::Surface::Platform, _) => Saving::Offered,
        (model::Surface::Payments, SaveCard::Always) => Saving::Told,
        (model::Surface::Payments, SaveCard::Ask) => Saving::Asked,
        (model::Surface::Payments, SaveCard::Never) | (model::Surface::Links, _) => Saving::Never,
    }
}

/// What the page asks and shows of tax.
fn pay_tax(sale: &Sale, price: &Computed, locale: Locale) -> PayTax {
    let words = words::pay_both(locale);
    let (amounts, record) = match price {
        Computed::Known(taxed) => (taxed.amounts, Some(&taxed.record)),
        Computed::Needs(_) => (sale.payment.amounts, None),
    };
    let money = |minor| Money::from_minor(minor, amounts.currency()).major();
    let taxes = record.into_iter().flat_map(|record| &record.lines);
    let mut lines: Vec<(String, String)> = (taxes.filter(|line| line.tax != 0))
        .map(|line| (view::tax_name(line, words), money(line.tax)))
        .collect();
    if !lines.is_empty() {
        lines.insert(0, (words.subtotal.to_owned(), amounts.subtotal().major()));
    }
    let settings = &sale.settings;
    let us = |known: &Registration| known.country.code() == "US";
    PayTax {
        place: sale.asks_place(),
        full: settings.ask_address == AskAddress::Full,
        tax_id: sale.asks_tax_id(),
        us: settings.registrations.iter().any(us),
        country: (sale.customer.as_ref())
            .and_then(|known| known.country)
            .map(|country| country.code().to_owned())
            .unwrap_or_default(),
        lines,
        note: match record {
            Some(record) => match record.treatment {
                Treatment::ReverseCharge => words.reverse_charge,
                Treatment::Exempt => words.exempt,
                Treatment::ZeroRated => words.zero_rated,
                Treatment::Taxed | Treatment::NotCollected | Treatment::OutOfScope => "",
            },
            None => words.plus_tax,
        },
        shown: (amounts.tax().minor(), amounts.total().minor()),
    }
}

/// The page of the link that a checkout was started from, seen from the checkout's page.
fn shared_link(intent: &PaymentIntent) -> Option<String> {
    let link = intent.payment_link().filter(|_| intent.surface == model::Surface::Links);
    link.map(|link| format!("../l/{link}"))
}

/// The page on which the simulated bank asks the buyer to confirm a payment.
pub fn challenge_page(intent: &PaymentIntent, req: &Request) -> Reply {
    let locale = Locale::of(req, None);
    let Some(terms) = intent.link_terms() else {
        return error_page(&Problem::NotFound(Resource::Link), locale);
    };
    let amount = intent.amount().major();
    let last4 = intent.status.attempt().map(|attempt| attempt.card.last4.as_str());
    html_reply(
        200,
        view::challenge_page(&ChallengePage {
            locale,
            payee: &terms.link.payee,
            amount: &amount,
            currency: intent.amount().currency().code(),
            last4: last4.unwrap_or_default(),
            allowed_origins: &origins(terms),
        }),
    )
}

/// The page in which the processor's script shows the bank's check, with what it needs for that;
/// without a secret the check is over, and the page has the server look how it went.
pub fn check_page(
    intent: &PaymentIntent,
    fields: &PaymentFields,
    secret: Option<&CheckSecret>,
    req: &Request,
) -> Reply {
    let origins = intent.link_terms().map(origins).unwrap_or_default();
    html_reply(200, view::check_page(Locale::of(req, None), fields, secret, &origins))
}

/// What stands in the simulated bank's place when there is nothing to answer any more.
pub fn challenge_over(intent: &PaymentIntent, req: &Request) -> Reply {
    let origins = intent.link_terms().map(origins).unwrap_or_default();
    html_reply(
        problems::row(ProblemKind::State(StateRefusal::ChallengeOver)).status,
        view::challenge_over(Locale::of(req, None), &origins),
    )
}

/// An error as a page for people.
pub(super) fn error_page(problem: &Problem, locale: Locale) -> Reply {
    let status = problems::row(problem.kind()).status;
    let html = if status == 404 {
        view::unknown_link(locale)
    } else {
        let words = words::notice(locale);
        view::problem(locale, words.problem_title, words.problem_text)
    };
    html_reply(status, html)
}

/// A page: with 200 the one that was asked for, with another status one that stands in its place.
pub(super) fn html_reply(status: u16, html: Html) -> Reply {
    let reply = Reply::html(html.body, html.csp);
    let reply = match html.payment {
        Some(frames) => reply.header("permissions-policy", permissions(&frames)),
        None => reply,
    };
    if status == 200 { reply } else { reply.instead(status) }
}

/// What frames may ask of the browser on a page where some of them may open a wallet.
fn permissions(wallets: &str) -> String {
    format!("camera=(), geolocation=(), microphone=(), payment=(self {wallets})")
}

pub(super) fn origins(terms: &LinkTerms) -> Vec<String> {
    origins_of(&terms.link.allowed_origins)
}

pub(super) fn origins_of(allowed: &[Origin]) -> Vec<String> {
    allowed.iter().map(|origin| Origin::as_str(origin).to_owned()).collect()
}
