//! Customers: what requests say of them, and how they are shown.

use super::{
    address::{self, AddressBody, AddressView},
    field::{CustomerName, ExemptionName, OwnId, TimeZone},
    page::{Asked, MAX_CURSOR, Page},
};
use crate::{
    http::{
        Reply, Request, Result,
        body::{Change, Fields},
        field::{Email, PageLimit, Text},
        payments::livemode,
        reply,
        surface::UnknownFields,
    },
    model::{
        Invalid, Scope, Surface, Time,
        customer::{Customer, Profile},
        id::CustomerId,
        metadata::Metadata,
        tax::tax_id::TaxIdStatus,
    },
    operations::{
        IdempotentAnswer, Problem, Unique,
        customers::keeping::{self, CustomerFilter, CustomerRef, KeptCustomer},
    },
};
use derive::{Body, View};
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A new customer. Where the own id is known already, that customer is answered as it is.
#[derive(Body)]
#[body(rename_all = "camelCase", check = agree(id, external_id))]
pub struct CreateCustomer {
    /// The customer's e-mail address. Several customers may have the same one.
    pub email: Email,
    /// Your own id: unique, not `cus_...`, without spaces at its ends.
    #[body(means = "externalId")]
    pub id: Option<OwnId>,
    /// Another name for `id`; both given must agree.
    pub external_id: Option<OwnId>,
    /// The customer's full name, 1 to 200 characters.
    pub full_name: Option<Text<1, 200>>,
    /// A tax id, in any form.
    pub tax_document: Option<Text<1, 64>>,
    /// The customer's postal address, which tax may depend on.
    pub address: Option<AddressBody>,
    /// The customer's time zone, an IANA name such as `Europe/Berlin`.
    pub timezone: Option<TimeZone>,
    /// Whether tax is collected: `none` (as usual), `exempt`, or `reverse` for a business that pays
    /// the tax itself.
    #[body(default = ExemptionName::default())]
    pub tax_exempt: Option<ExemptionName>,
    /// Required with `exempt`; printed on invoices.
    pub exemption_reason: Option<Text<1, 200>>,
    /// Any JSON object up to 4 KB.
    pub metadata: Option<Metadata>,
}

/// What changes of a customer; null clears what may be null.
#[derive(Body)]
#[body(rename_all = "camelCase", check = changes_agree(id, external_id))]
pub struct UpdateCustomer {
    /// The customer's e-mail address. Several customers may have the same one.
    #[body(not_null)]
    pub email: Option<Email>,
    /// Your own id of the customer, which works in paths too; null empties it.
    #[body(means = "externalId")]
    pub id: Change<OwnId>,
    /// Another name for `id`; both given must agree.
    pub external_id: Change<OwnId>,
    /// The customer's full name, 1 to 200 characters; null empties it.
    pub full_name: Change<Text<1, 200>>,
    /// A tax id, in any form.
    pub tax_document: Change<Text<1, 64>>,
    /// Where they are; replaced as a whole.
    pub address: Change<AddressBody>,
    /// The customer's time zone, an IANA name such as `Europe/Berlin`.
    pub timezone: Change<TimeZone>,
    /// Whether tax is collected: `none` (as usual), `exempt`, or `reverse` for a business that pays
    /// the tax itself.
    #[body(not_null)]
    pub tax_exempt: Option<ExemptionName>,
    /// Required with `exempt`; printed on invoices.
    pub exemption_reason: Change<Text<1, 200>>,
    /// Any JSON object up to 4 KB; replaced as a whole.
    pub metadata: Change<Metadata>,
}

/// Which customers to list.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct ListCustomers {
    /// Only the one with this own id.
    pub external_id: Option<Text<1, 255>>,
    /// Only those with this address, in any case.
    pub email: Option<Text<1, 254>>,
    /// The `nextCursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// A customer.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct CustomerView {
    /// The customer's id, `cus_...`.
    pub id: String,
    /// Your own id of the customer, which works in paths too; null for none.
    pub external_id: Option<String>,
    /// The customer's full name; null for none.
    pub full_name: Option<String>,
    /// The e-mail address, in lower case.
    pub email: String,
    /// A tax id as it was sent.
    pub tax_document: Option<String>,
    /// What the address's country calls it: `VAT`, `UID`, `GSTIN` and others.
    pub document_type: Option<&'static str>,
    /// What its form says: `format_valid`, `format_invalid` or `unchecked`. No register is asked.
    pub tax_id_status: Option<&'static str>,
    /// Whether tax is collected: `none` (as usual), `exempt`, or `reverse` for a business that pays
    /// the tax itself.
    pub tax_exempt: &'static str,
    /// Why no tax is collected, in your words; null for none.
    pub exemption_reason: Option<String>,
    /// The customer's postal address, which tax may depend on.
    pub address: Option<AddressView>,
    /// The customer's time zone, an IANA name such as `Europe/Berlin`.
    pub timezone: Option<String>,
    /// Your own data, returned as you sent it.
    pub metadata: Option<Box<RawValue>>,
    /// The saved card that is charged where none is named.
    pub default_payment_method_id: Option<String>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// The kind of object: always `customer`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// What is remembered of the answer to a new customer: whether it was new is its status.
#[derive(Serialize, Deserialize)]
struct Remembered {
    new: bool,
    customer: Box<RawValue>,
}

fn agree(id: Option<&OwnId>, external: Option<&OwnId>) -> std::result::Result<(), Invalid> {
    match (id, external) {
        (Some(id), Some(external)) if id.0 != external.0 => {
            Err(Invalid::new("must agree with externalId: both name the same thing"))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

fn changes_agree(id: &Change<OwnId>, external: &Change<OwnId>) -> std::result::Result<(), Invalid> {
    match (id, external) {
        (Change::Keep, _) | (_, Change::Keep) | (Change::Clear, Change::Clear) => Ok(()),
        (Change::Set(id), Change::Set(external)) => agree(Some(id), Some(external)),
        (Change::Set(_), Change::Clear) | (Change::Clear, Change::Set(_)) => {
            Err(Invalid::new("must agree with externalId: both name the same thing"))
        }
    }
}

impl CreateCustomer {
    /// The customer that is asked for. `request` is the idempotency key of the call.
    ///
    /// # Errors
    /// 400 for an exemption without its reason.
    pub fn command(self, id: CustomerId, scope: Scope, request: Option<&str>) -> Result<Customer> {
        let name = self.full_name.map(|name| name.0).unwrap_or_default();
        let new = Customer::new(id, scope, name, self.email.0);
        let customer = Customer {
            surface: Surface::Payments,
            idempotency_key: request.map(str::to_owned),
            profile: Profile {
                own_id: self.id.or(self.external_id).map(|own| own.0),
                tax_document: self.tax_document.map(|text| text.0),
                address: self.address.as_ref().map(AddressBody::address),
                timezone: self.timezone.map(|zone| zone.0),
                exemption: self.tax_exempt.unwrap_or_default().0,
                exemption_reason: self.exemption_reason.map(|text| text.0),
                metadata: self.metadata,
                default_method: None,
            },
            ..new
        };
        keeping::check(&customer)?;
        Ok(customer.announced())
    }
}

/// The new customer in the text of a list's item.
///
/// # Errors
/// Anything that a request with this body alone would be refused for.
pub fn item(json: &str, id: CustomerId, scope: Scope, request: Option<&str>) -> Result<Customer> {
    let mut fields = Fields::from_json(json)?.with_unknown(UnknownFields::Ignored);
    fields.read::<CreateCustomer>()?.command(id, scope, request)
}

impl UpdateCustomer {
    /// Changes of a customer what the body names; `null` clears.
    pub fn apply(&self, customer: &mut Customer) {
        let own = |change: &Change<OwnId>| change.as_ref().map(|own| own.0.clone());
        let text = |change: &Change<Text<1, 200>>| change.as_ref().map(|text| text.0.clone());
        if let Some(email) = &self.email {
            customer.email.clone_from(&email.0);
        }
        let name = Some(customer.name.clone()).filter(|name| !name.is_empty());
        customer.name = text(&self.full_name).apply(name).unwrap_or_default();
        let profile = &mut customer.profile;
        profile.own_id = own(&self.id).apply(own(&self.external_id).apply(profile.own_id.take()));
        profile.tax_document = (self.tax_document.as_ref().map(|text| text.0.clone()))
            .apply(profile.tax_document.take());
        profile.address =
            self.address.as_ref().map(AddressBody::address).apply(profile.address.take());
        profile.timezone =
            self.timezone.as_ref().map(|zone| zone.0.clone()).apply(profile.timezone.take());
        if let Some(exemption) = self.tax_exempt {
            profile.exemption = exemption.0;
        }
        profile.exemption_reason =
            text(&self.exemption_reason).apply(profile.exemption_reason.take());
        profile.metadata = self.metadata.as_ref().map(Clone::clone).apply(profile.metadata.take());
    }
}

impl ListCustomers {
    /// What the customers that are asked for have in common.
    pub fn filter(&self) -> CustomerFilter {
        CustomerFilter {
            own_id: self.external_id.as_ref().map(|text| text.0.clone()),
            email: self.email.as_ref().map(|text| text.0.to_lowercase()),
        }
    }

    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let filter = self.filter();
        let list = format!("customers#{}", reply::json(&(&filter.own_id, &filter.email)));
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        Page::of(key, scope, Asked { list, limit: self.limit, cursor }, now)
    }
}

/// The customer that a path names, by either id. What is no id is simply not found.
pub fn named(text: &str) -> CustomerRef {
    if text.starts_with("cus_") {
        return CustomerId::from_payments_form(text)
            .map_or(CustomerRef::Nobody, CustomerRef::Known);
    }
    CustomerRef::Own(text.to_owned())
}

/// The customer that a request's path names.
pub fn in_path(req: &Request) -> CustomerRef {
    named(req.path("id"))
}

/// The customer that a field or a parameter names.
pub fn by_name(name: CustomerName) -> CustomerRef {
    match name {
        CustomerName::Id(Some(id)) => CustomerRef::Known(id),
        CustomerName::Id(None) => CustomerRef::Nobody,
        CustomerName::Own(own) => CustomerRef::Own(own),
    }
}

/// A customer as it is shown.
pub fn view(customer: &Customer) -> CustomerView {
    let profile = &customer.profile;
    CustomerView {
        id: customer.id.payments_form(),
        external_id: profile.own_id.clone(),
        full_name: Some(customer.name.clone()).filter(|name| !name.is_empty()),
        email: customer.email.clone(),
        tax_document: profile.tax_document.clone(),
        document_type: profile.document_type(),
        tax_id_status: profile.tax_id_status().map(TaxIdStatus::as_str),
        tax_exempt: profile.exemption.as_str(),
        exemption_reason: profile.exemption_reason.clone(),
        address: profile.address.as_ref().map(address::view),
        timezone: profile.timezone.clone(),
        metadata: profile.metadata.as_ref().and_then(|m| m.raw().map(ToOwned::to_owned)),
        default_payment_method_id: profile.default_method.map(|id| id.payments_form()),
        created_at: customer.created_at.rfc3339_ms(),
        updated_at: customer.updated_at.rfc3339_ms(),
        object: "customer",
        livemode: livemode(customer.scope.mode),
    }
}

/// What is remembered of the answer to a new customer.
pub fn remembered(kept: &KeptCustomer) -> String {
    let customer = serde_json::value::to_raw_value(&view(&kept.customer)).unwrap_or_default();
    reply::json(&Remembered { new: kept.new, customer })
}

/// The answer to a new customer, and otherwise to one that was known.
pub fn shown(answer: &IdempotentAnswer) -> Result {
    let kept: Remembered = serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    let reply = Reply::data_text(kept.customer.get().to_owned());
    Ok(answer.mark(if kept.new { reply } else { reply.otherwise() }))
}

/// The sentence for an item of a list that was refused.
pub fn sentence(problem: &Problem) -> String {
    if *problem == Problem::Taken(Unique::OwnId) {
        return "externalId is another customer's.".to_owned();
    }
    super::problems::message(problem).into_owned()
}

#[cfg(test)]
mod tests;
