//! Destinations: where a user's payees take money.

use crate::{
    http::{
        Result,
        body::{Body, Fields},
        field::{Email, Field, PageLimit, Text},
        meaning::Meaning,
        platform::{
            bank_account::{self, AccountNumber, BankAccountView, RoutingNumber},
            page::Page,
            payment_method::MAX_HOLDER,
        },
        view::Object,
    },
    model::{
        Invalid, Scope, Time,
        bank::AccountType,
        destination::{Destination, DestinationKind},
        id::{CustomerId, DestinationId, PayeeId},
    },
    processor::simulator::bank_token::BankAccount,
};
use derive::{Body, View};
use serde_json::{Value, json};

/// Fields of a bank account, all of them required there and none of them elsewhere.
const BANK_FIELDS: [&str; 4] =
    ["routing_number", "account_number", "account_type", "account_holder_name"];

/// A place where a payee takes money.
#[derive(Body)]
pub struct DestinationForm {
    /// `bank` or `email`.
    pub r#type: DestinationType,
    /// For `bank`: the bank, by its nine-digit routing number.
    pub routing_number: Option<RoutingNumber>,
    /// For `bank`: 4 to 17 digits. Goes to the provider at once; only the last four are kept.
    pub account_number: Option<AccountNumber>,
    /// The kind of account, for `bank`: `checking` or `savings`.
    pub account_type: Option<AccountType>,
    /// For `bank`: whose name is on the account.
    pub account_holder_name: Option<Text<1, MAX_HOLDER>>,
    /// For `email`: where the payee gets the link for collecting the money.
    pub email: Option<Email>,
    /// Your own word for it, 1 to 60 characters.
    pub label: Option<Text<1, 60>>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// What kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestinationType {
    /// A bank account.
    Bank,
    /// An e-mail address.
    Email,
}

impl Field for DestinationType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        match json {
            "\"bank\"" => Ok(Self::Bank),
            "\"email\"" => Ok(Self::Email),
            _ => Err(Invalid::new("must be bank or email")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["bank", "email"]})
    }

    fn meaning(&self) -> String {
        match self {
            Self::Bank => "bank".to_owned(),
            Self::Email => "email".to_owned(),
        }
    }
}

/// A place where a payee takes money, with all that its kind needs.
pub struct CreateDestination {
    /// The bank account or the address that money goes to.
    pub place: Place,
    label: Option<Text<1, 60>>,
    idempotency_key: Option<Text<1, 120>>,
    meaning: Meaning,
}

/// Where a payee takes money, as the caller said.
pub enum Place {
    /// A bank account on its way to the provider.
    Bank(BankAccount),
    /// An e-mail address.
    Email(String),
}

impl Body for CreateDestination {
    fn read(fields: &mut Fields) -> Option<Self> {
        let form = DestinationForm::read(fields)?;
        let (needed, unused): (&[&str], &[&str]) = match form.r#type {
            DestinationType::Bank => (&BANK_FIELDS, &["email"]),
            DestinationType::Email => (&["email"], &BANK_FIELDS),
        };
        for name in needed.iter().filter(|name| !fields.has(name)).collect::<Vec<_>>() {
            fields.problem(name, "is required for this type");
        }
        for name in unused.iter().filter(|name| fields.has(name)).collect::<Vec<_>>() {
            fields.problem(name, "is not a field of this type");
        }
        let meaning = form.meaning();
        let place = match form.r#type {
            DestinationType::Bank => Place::Bank(BankAccount {
                routing_number: form.routing_number?.0,
                account_number: form.account_number?.0,
                account_type: form.account_type?,
                holder_name: form.account_holder_name?.0,
            }),
            DestinationType::Email => Place::Email(form.email?.0),
        };
        let DestinationForm { label, idempotency_key, .. } = form;
        Some(Self { place, label, idempotency_key, meaning })
    }

    fn describe(object: &mut Object) {
        DestinationForm::describe(object);
    }

    fn meaning(&self) -> Meaning {
        self.meaning.clone()
    }

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }
}

/// Whose payee it is.
#[derive(Body)]
pub struct PayeeOf {
    /// The id of the user, one of yours.
    pub user_id: CustomerId,
}

/// Which destinations to list.
#[derive(Body)]
pub struct ListDestinations {
    /// The user whose payee it is.
    pub user_id: CustomerId,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, 200>>,
}

impl CreateDestination {
    /// The destination to add, once its kind is settled with the provider.
    pub fn destination(
        self,
        id: DestinationId,
        scope: Scope,
        customer: CustomerId,
        payee: PayeeId,
        kind: DestinationKind,
    ) -> Destination {
        Destination {
            id,
            scope,
            customer,
            payee,
            kind,
            label: self.label.map(|label| label.0),
            created_at: id.minted_at(),
            version: 1,
        }
    }
}

impl ListDestinations {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, payee: PayeeId, now: Time) -> Result<Page> {
        let list = format!("destinations {} {payee}", self.user_id);
        Page::of_all(scope, list, self.limit, self.cursor.as_ref(), now)
    }
}

/// A place where a payee takes money.
#[derive(View)]
pub struct DestinationView {
    /// The destination's id, which payments name as `payee_destination_id`.
    pub destination_id: DestinationId,
    /// The id of whoever is paid there.
    pub payee_id: PayeeId,
    /// The id of the user whose payee it is.
    pub user_id: CustomerId,
    /// `bank` or `email`.
    pub r#type: &'static str,
    /// Where it is a bank account.
    pub bank: Option<BankAccountView>,
    /// Where it is an e-mail address.
    pub email: Option<String>,
    /// Your own word for it; null for none.
    pub label: Option<String>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
}

/// A destination as this surface shows it.
pub fn view(destination: &Destination) -> DestinationView {
    let (kind, bank, email) = match &destination.kind {
        DestinationKind::Bank { summary, .. } => ("bank", Some(bank_account::view(summary)), None),
        DestinationKind::Email { address } => ("email", None, Some(address.clone())),
    };
    DestinationView {
        destination_id: destination.id,
        payee_id: destination.payee,
        user_id: destination.customer,
        r#type: kind,
        bank,
        email,
        label: destination.label.clone(),
        created_at: destination.created_at.rfc3339(),
    }
}
