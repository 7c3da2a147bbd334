//! The page's own calls: their bodies and views.
#![expect(non_snake_case, reason = "the page's newer fields are published in camelCase")]

use crate::{
    http::{
        field::{Email, Field, Hidden, Text},
        hosted::quote::{QuoteTax, ShownBody},
        revealed::Revealed,
        tax_fields::CountryName,
    },
    model::{
        Invalid, Surface, Time,
        card::card_digits,
        id::AttemptId,
        invoice::{DocumentId, FileKind, NamedFile},
        payment_intent::{Buyer, CardSuccess, PaymentIntent, StatusName},
        secret::{LinkToken, kind},
    },
    operations::{FieldError, Problem, checkout::Submit, sales::Typed},
    processor::simulator::{Card, CardProblem},
};
use derive::{Body, View};
use serde_json::{Value, json};

/// A card as typed. Read only by the simulator's tokeniser.
#[derive(Body)]
pub struct TokenizeCard {
    /// The number, with or without spaces.
    pub number: CardNumber,
    /// 1 to 12, as a number or as a text of digits.
    pub exp_month: CardMonth,
    /// Four digits, or the last two, as a number or as a text of digits.
    pub exp_year: CardYear,
    /// The three or four digits beside the card's number. They are never kept.
    pub cvc: Cvc,
    /// Name on the card; looked at by real processors only.
    pub name: Option<Text<0, 200>>,
    /// Postal code; looked at by real processors only.
    pub postal_code: Option<Text<0, 20>>,
}

/// A card number on its way to the tokeniser. Cannot be printed.
pub struct CardNumber(String);

/// A security code on its way to the tokeniser. Cannot be printed.
pub struct Cvc(String);

/// The month a card expires in.
pub struct CardMonth(u8);

/// The year a card expires in, with its century.
pub struct CardYear(u16);

/// The one submit of a link.
#[derive(Body)]
pub struct SubmitPayment {
    /// The card's token, from `POST /pay/{token}/card`: the number itself is never sent here.
    pub card_token: Hidden<kind::Processor, 1, 255>,
    /// Whether the buyer ticked "save card"; no when absent.
    #[body(default = false)]
    pub save_card: Option<bool>,
    /// Who pays, where the link was made for nobody.
    pub email: Option<Email>,
    /// The buyer's full name, for the customer that is made from the address.
    pub name: Option<Text<1, 200>>,
    /// Two letters of ISO 3166-1: where the buyer is, as in `POST /pay/{token}/tax`.
    pub country: Option<CountryName>,
    /// The region of that country, where tax depends on it, as in `POST /pay/{token}/tax`.
    pub region: Option<Text<0, 20>>,
    /// The postal code there, where tax depends on it, as in `POST /pay/{token}/tax`.
    pub postalCode: Option<Text<0, 20>>,
    /// Whether a business buys, as in `POST /pay/{token}/tax`.
    #[body(default = false)]
    pub business: Option<bool>,
    /// The business's tax id, as in `POST /pay/{token}/tax`: one of a country decides its tax.
    pub taxId: Option<Text<0, 64>>,
    /// The company's name, for the invoice.
    pub company: Option<Text<0, 200>>,
    /// Street and number, for the invoice.
    pub line1: Option<Text<0, 200>>,
    /// The town, for the invoice: no tax depends on it.
    pub city: Option<Text<0, 100>>,
    /// What the page has shown: another amount is not charged. What was answered when the payment
    /// was made counts when this is absent.
    pub shown: Option<ShownBody>,
}

/// The buyer's answer to the simulated bank.
#[derive(Body)]
pub struct CompleteChallenge {
    /// Whether the buyer confirms the payment.
    pub approve: bool,
}

/// An event that was taken in.
#[derive(View)]
pub struct TakenInView {
    /// Always true: what it names is read later.
    pub received: bool,
}

/// A token that stands for a card.
#[derive(View)]
pub struct CardTokenView {
    /// The card's token, for `POST /pay/{token}/submit`: a second submit of it is the same attempt.
    pub card_token: Revealed<kind::Processor>,
    /// The card's scheme, such as `visa`.
    pub brand: String,
    /// The last four digits of the number.
    pub last4: String,
}

/// How long the link to an invoice works that a buyer is shown, in days.
const INVOICE_LINK_DAYS: i64 = 7;

/// Where the payment stands, for the page.
#[derive(View)]
pub struct PaymentStatusView {
    /// `pending`, `processing`, `requires_action`, `succeeded`, `failed`, `expired`, `canceled`.
    pub status: &'static str,
    /// A sentence that the buyer can read; null where there is nothing to say.
    pub message: Option<&'static str>,
    /// Where the buyer's bank asks, as a path; null unless it does.
    pub challenge_path: Option<&'static str>,
    /// Where the buyer may go after success.
    pub return_url: Option<String>,
    /// The card that was charged; nothing before that.
    pub card: Option<PaidCardView>,
    /// Whether that card was saved for next time.
    pub card_saved: bool,
    /// What the browser that paid shows in the header `paylink-receipt`, to be told of the invoice;
    /// in the answer to its submit only, and only where an invoice follows.
    pub receipt: Option<String>,
    /// The invoice, for the browser that paid.
    pub invoice: Option<PaidInvoiceView>,
}

/// An invoice, as the browser that paid is shown it.
#[derive(View)]
pub struct PaidInvoiceView {
    /// The number that the document bears.
    pub number: String,
    /// Where its PDF is, seen from the page's own address; good for a week.
    pub url: String,
}

/// The card that was charged.
#[derive(View)]
pub struct PaidCardView {
    /// The card's scheme, such as `visa`.
    pub brand: String,
    /// The card's scheme in words, such as `Visa`.
    pub name: &'static str,
    /// The last four digits of the number.
    pub last4: String,
}

impl std::fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardNumber")
    }
}

impl std::fmt::Debug for Cvc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cvc")
    }
}

impl Field for CardNumber {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text = Text::<1, 40>::read(json).map_err(|_| Invalid::new("enter the card number"))?;
        Ok(Self(text.0))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 40})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for Cvc {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text =
            Text::<1, 10>::read(json).map_err(|_| Invalid::new("enter the security code"))?;
        Ok(Self(text.0))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 10})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl SubmitPayment {
    /// The submit that is asked for, of the link with this token.
    ///
    /// # Errors
    /// A region that is none of the country.
    pub fn command(self, link_token: &LinkToken) -> crate::http::Result<Submit<'_>> {
        let (card_token, save_card) = (self.card_token.0, self.save_card == Some(true));
        let name = self.name.map(|name| name.0);
        let buyer = self.email.map(|email| Buyer { email: email.0, name });
        let shown = self.shown.as_ref().map(ShownBody::command);
        let place = QuoteTax {
            country: self.country,
            region: self.region,
            postalCode: self.postalCode,
            business: self.business,
            taxId: self.taxId,
        };
        let some = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let typed = Typed {
            company: self.company.and_then(|text| some(text.0)),
            line1: self.line1.and_then(|text| some(text.0)),
            city: self.city.and_then(|text| some(text.0)),
            ..place.command()?
        };
        Ok(Submit { link_token, card_token, save_card, buyer, typed, shown, network: None })
    }
}

/// A number, or a text of digits in any script.
fn whole_number(json: &str) -> Option<u16> {
    match serde_json::from_str::<String>(json) {
        Ok(text) => card_digits(&text)?.parse().ok(),
        Err(_) => json.parse().ok(),
    }
}

impl Field for CardMonth {
    fn read(json: &str) -> Result<Self, Invalid> {
        let month = whole_number(json).and_then(|month| u8::try_from(month).ok());
        let month = month.filter(|month| (1..=12).contains(month));
        month.map(Self).ok_or_else(|| Invalid::new("must be a month from 1 to 12"))
    }

    fn schema() -> Value {
        json!({"oneOf": [
            {"type": "integer", "minimum": 1, "maximum": 12},
            {"type": "string", "pattern": "^(0?[1-9]|1[0-2])$"},
        ]})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for CardYear {
    fn read(json: &str) -> Result<Self, Invalid> {
        let year = whole_number(json).map(|year| if year < 100 { year + 2000 } else { year });
        let year = year.filter(|year| (2000..=2099).contains(year));
        year.map(Self).ok_or_else(|| Invalid::new("must be a year from 2000 to 2099"))
    }

    fn schema() -> Value {
        json!({"oneOf": [
            {"type": "integer", "minimum": 2000, "maximum": 2099},
            {"type": "integer", "minimum": 0, "maximum": 99},
            {"type": "string", "pattern": "^(20)?[0-9]{2}$"},
        ]})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl TokenizeCard {
    /// The card for the tokeniser.
    pub fn into_card(self) -> Card {
        Card {
            number: self.number.0,
            exp_month: self.exp_month.0,
            exp_year: self.exp_year.0,
            cvc: self.cvc.0,
        }
    }
}

/// What is wrong with a card, field by field.
pub fn card_error(problems: &[CardProblem]) -> Problem {
    let fields = problems.iter().map(|problem| {
        let (field, message) = match problem {
            CardProblem::Number => ("number", "check the card number"),
            CardProblem::NotATestCard => {
                ("number", "this is a test page: only published test cards work here")
            }
            CardProblem::Expiry => ("exp_month", "check the expiry date"),
            CardProblem::Cvc => ("cvc", "check the security code"),
        };
        FieldError { field: field.to_owned(), message: message.to_owned() }
    });
    Problem::Invalid(fields.collect())
}

/// Where a payment stands at `now`, for whoever shows nothing.
pub fn status(intent: &PaymentIntent, now: Time) -> PaymentStatusView {
    status_for(intent, None, now)
}

/// The same for a browser that shows what its submit was answered with. Pages of the payments
/// surface are forwarded: there the card is for the browser that paid alone.
pub fn status_for(
    intent: &PaymentIntent,
    receipt: Option<AttemptId>,
    now: Time,
) -> PaymentStatusView {
    let status = intent.status_at(now);
    let message = match status {
        StatusName::Failed => Some(super::pages::failure_of(intent)),
        StatusName::Expired => Some("The time for this payment is over."),
        StatusName::Canceled => Some("This payment was called off."),
        // Another card may be tried.
        StatusName::Pending => {
            intent.last_failure().map(|failure| super::failure_text(failure.reason))
        }
        StatusName::PendingReview
        | StatusName::Processing
        | StatusName::RequiresAction
        | StatusName::Held
        | StatusName::Succeeded
        | StatusName::Settled => None,
    };
    let seen = |paid: &&CardSuccess| {
        intent.surface != Surface::Payments || receipt == Some(paid.attempt.id)
    };
    let paid = intent.charged().filter(seen);
    PaymentStatusView {
        status: name_for_the_page(status),
        card: paid.map(|paid| PaidCardView {
            brand: paid.attempt.card.brand.clone(),
            name: super::brand_name(&paid.attempt.card.brand),
            last4: paid.attempt.card.last4.clone(),
        }),
        card_saved: paid.is_some_and(|paid| paid.payment_method.is_some()),
        message,
        challenge_path: (status == StatusName::RequiresAction).then_some("challenge"),
        return_url: intent.return_url().filter(|_| status == StatusName::Succeeded),
        receipt: None,
        invoice: None,
    }
}

/// The same for the browser whose submit it was: with the receipt that it asks for the invoice by.
pub fn submitted(
    intent: &PaymentIntent,
    submit: AttemptId,
    receipt: String,
    now: Time,
) -> PaymentStatusView {
    let theirs = intent.status.attempt().is_some_and(|attempt| attempt.id == submit);
    let follows = intent.gets_invoice();
    let receipt = (theirs && follows).then_some(receipt);
    PaymentStatusView { receipt, ..status_for(intent, Some(submit), now) }
}

/// The number and the file of a payment's invoice, for the browser that paid: it shows what was
/// answered to its submit. Whoever else has the link learns nothing.
pub fn receipted(
    intent: &PaymentIntent,
    submit: Option<AttemptId>,
    now: Time,
) -> Option<(String, NamedFile)> {
    let paid_by = intent.charged()?.attempt.id;
    let invoice = intent.invoice().filter(|_| submit == Some(paid_by))?;
    let file = NamedFile {
        scope: intent.scope,
        document: DocumentId::Invoice(invoice.id),
        kind: FileKind::Pdf,
        ends: now.plus_days(INVOICE_LINK_DAYS),
    };
    Some((invoice.number.clone(), file))
}

/// The page knows what matters to a buyer: paid is paid, and what waits for others is on its way.
fn name_for_the_page(status: StatusName) -> &'static str {
    match status {
        StatusName::Settled => StatusName::Succeeded.as_str(),
        StatusName::PendingReview | StatusName::Held => StatusName::Processing.as_str(),
        StatusName::Pending
        | StatusName::Processing
        | StatusName::RequiresAction
        | StatusName::Succeeded
        | StatusName::Failed
        | StatusName::Expired
        | StatusName::Canceled => status.as_str(),
    }
}
