//! Payment methods: cards and bank accounts that a user saved.

use crate::{
    http::{
        Result,
        body::{Body, Fields},
        field::{PageLimit, Text},
        platform::{
            bank_account::{self, AccountNumber, BankAccountView, RoutingNumber},
            page::{Asked, Page},
            payment::CardView,
        },
    },
    model::{
        Currency, Scope, Time,
        bank::AccountType,
        card::CardSummary,
        id::{CustomerId, PaymentMethodId},
        payment_method::{MethodDetail, PaymentMethod},
    },
    processor::simulator::bank_token::BankAccount,
    request, view,
};
use serde_json::Value;

/// Longest name of an account's holder.
pub const LONGEST_HOLDER: usize = 100;

request! {
    /// A bank account of a user.
    BankAccountForm {
        /// Whose account; one of your users.
        user_id: required CustomerId,
        /// The bank, by its nine-digit routing number.
        routing_number: required RoutingNumber,
        /// 4 to 17 digits. Goes to the provider at once; only the last four are kept.
        account_number: required AccountNumber,
        /// `checking` or `savings`.
        account_type: required AccountType,
        /// Whose name is on the account.
        account_holder_name: required Text<1, LONGEST_HOLDER>,
        /// USD: banks with routing numbers have no other.
        currency: optional Currency,
        /// Makes repeating the request harmless.
        idempotency_key: optional Text<1, 120>,
    }
}

/// A bank account of a user, in a currency that banks with routing numbers have.
pub struct CreateBankPaymentMethod(BankAccountForm);

impl Body for CreateBankPaymentMethod {
    fn read(fields: &mut Fields) -> Option<Self> {
        let form = BankAccountForm::read(fields)?;
        if form.currency.is_some_and(|currency| currency != Currency::USD) {
            fields.problem("currency", "must be USD: banks with routing numbers have no other");
        }
        Some(Self(form))
    }

    fn schema() -> Value {
        BankAccountForm::schema()
    }
}

request! {
    /// Which payment methods to list.
    ListPaymentMethods {
        /// Of this user.
        user_id: required CustomerId,
        /// Page size.
        limit: optional PageLimit,
        /// `next_cursor` of the page before.
        cursor: optional Text<1, 200>,
    }
}

request! {
    /// Whose payment method to delete.
    DeletePaymentMethod {
        /// Its user.
        user_id: required CustomerId,
    }
}

impl CreateBankPaymentMethod {
    /// Whose account.
    #[must_use]
    pub const fn user(&self) -> CustomerId {
        self.0.user_id
    }

    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.0.idempotency_key.as_ref().map(|key| key.0.as_str())
    }

    /// The account for its provider.
    #[must_use]
    pub fn account(&self) -> BankAccount {
        BankAccount {
            routing_number: self.0.routing_number.0.clone(),
            account_number: self.0.account_number.0.clone(),
            account_type: self.0.account_type,
            holder_name: self.0.account_holder_name.0.clone(),
        }
    }
}

impl ListPaymentMethods {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let asked = Asked {
            list: format!("payment methods {}", self.user_id),
            limit: self.limit,
            cursor: self.cursor.as_ref().map(|cursor| cursor.0.as_str()),
            from: None,
            until: None,
        };
        Page::of(scope, asked, now)
    }
}

view! {
    /// A saved card or bank account.
    PaymentMethodView {
        /// Its id.
        payment_method_id: PaymentMethodId,
        /// The user whose it is.
        user_id: CustomerId,
        /// `card` or `bank`.
        r#type: &'static str,
        /// Where it is a card.
        card: Option<CardView>,
        /// Where it is a bank account.
        bank: Option<BankAccountView>,
        /// RFC 3339.
        created_at: String,
    }
}

view! {
    /// A payment method that is no more.
    DeletedPaymentMethodView {
        /// Its id.
        payment_method_id: PaymentMethodId,
        /// Always true.
        deleted: bool,
    }
}

fn card_view(card: &CardSummary) -> CardView {
    CardView {
        brand: card.brand.clone(),
        last4: card.last4.clone(),
        exp_month: card.exp_month,
        exp_year: card.exp_year,
    }
}

/// A payment method as this surface shows it.
#[must_use]
pub fn view(method: &PaymentMethod) -> PaymentMethodView {
    let (kind, card, bank) = match &method.detail {
        MethodDetail::Card(card) => ("card", Some(card_view(card)), None),
        MethodDetail::Bank(account) => ("bank", None, Some(bank_account::view(account))),
    };
    PaymentMethodView {
        payment_method_id: method.id,
        user_id: method.customer,
        r#type: kind,
        card,
        bank,
        created_at: method.created_at.rfc3339(),
    }
}
