//! A customer as the payments surface tells of it: as `GET /customers/{id}` answers.

use crate::{
    model::{
        Mode,
        id::{CustomerId, PaymentMethodId},
    },
    webhook::{
        customer_facts::{AddressFacts, CustomerFacts},
        message::Message,
    },
};
use serde::Serialize;
use serde_json::value::RawValue;

/// A customer after one of its events.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerData<'a> {
    id: String,
    external_id: Option<&'a str>,
    full_name: Option<&'a str>,
    email: &'a str,
    tax_document: Option<&'a str>,
    document_type: Option<&'a str>,
    tax_id_status: Option<&'a str>,
    tax_exempt: &'a str,
    exemption_reason: Option<&'a str>,
    address: Option<&'a AddressFacts>,
    timezone: Option<&'a str>,
    metadata: Option<&'a RawValue>,
    default_payment_method_id: Option<String>,
    created_at: String,
    updated_at: String,
    object: &'static str,
    livemode: bool,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
}

/// What an event of a customer says; `None` for ids that are none of ours.
pub fn data<'a>(message: &Message, facts: &'a CustomerFacts) -> Option<CustomerData<'a>> {
    let default = match &facts.default_method {
        Some(id) => Some(id.parse::<PaymentMethodId>().ok()?.payments_form()),
        None => None,
    };
    Some(CustomerData {
        id: facts.id.parse::<CustomerId>().ok()?.payments_form(),
        external_id: facts.own_id.as_deref(),
        full_name: facts.name.as_deref(),
        email: &facts.email,
        tax_document: facts.tax_document.as_deref(),
        document_type: facts.document_type.as_deref(),
        tax_id_status: facts.tax_id_status.as_deref(),
        tax_exempt: &facts.tax_exempt,
        exemption_reason: facts.exemption_reason.as_deref(),
        address: facts.address.as_ref(),
        timezone: facts.timezone.as_deref(),
        metadata: facts.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        default_payment_method_id: default,
        created_at: facts.created_at().rfc3339_ms(),
        updated_at: facts.updated_at().rfc3339_ms(),
        object: "customer",
        livemode: match message.scope()?.mode {
            Mode::Live => true,
            Mode::Test => false,
        },
        sequence: message.sequence,
        idempotency_key: facts.idempotency_key.as_deref(),
    })
}
