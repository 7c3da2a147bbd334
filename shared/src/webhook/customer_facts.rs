//! What an event says of a customer.

use crate::model::{
    Time,
    customer::Customer,
    event::{EventDetail, Occurrence},
    metadata::Metadata,
    tax::tax_id::TaxIdStatus,
};
use serde::{Deserialize, Serialize};

/// A customer right after the event, with what derives from it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerFacts {
    /// The customer's id, a UUID with hyphens.
    pub id: String,
    /// The caller's own id.
    pub own_id: Option<String>,
    /// Full name; `None` where nobody has said it.
    pub name: Option<String>,
    /// E-mail address in lower case.
    pub email: String,
    /// A tax id as it was sent.
    pub tax_document: Option<String>,
    /// What its country calls it.
    pub document_type: Option<String>,
    /// What its form says.
    pub tax_id_status: Option<String>,
    /// `none`, `exempt` or `reverse`.
    pub tax_exempt: String,
    /// Why no tax is collected.
    pub exemption_reason: Option<String>,
    /// Postal address; `None` where nobody has said it.
    pub address: Option<AddressFacts>,
    /// A time zone's name.
    pub timezone: Option<String>,
    /// The caller's own data: a JSON object as text.
    pub metadata: Option<String>,
    /// The card that is charged where none is named.
    pub default_method: Option<String>,
    /// The idempotency key of the request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// When the customer was made, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// When the event changed the customer, in milliseconds since 1970.
    pub updated_at_ms: i64,
}

/// A postal address. Its members are named as receivers read them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressFacts {
    /// Street and number.
    pub line1: String,
    /// Floor, flat, department; `None` where there is none.
    pub line2: Option<String>,
    /// The town.
    pub city: String,
    /// State or province, as it is written on letters.
    pub state: Option<String>,
    /// As it is written on letters.
    pub postal_code: String,
    /// ISO 3166-1 code of two upper-case letters.
    pub country: String,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<String>,
}

impl CustomerFacts {
    /// What an event says of a customer. What may have changed since says itself what was so then.
    pub fn of(customer: &Customer, event: &Occurrence) -> Self {
        let fixed = event.detail.as_deref().cloned().unwrap_or_else(|| customer.detail());
        let EventDetail::Customer(detail) = fixed else {
            return Self::of(customer, &Occurrence::new(event.kind, event.at));
        };
        let profile = &detail.profile;
        Self {
            id: customer.id.to_string(),
            own_id: profile.own_id.clone(),
            name: Some(detail.name.clone()).filter(|name| !name.is_empty()),
            email: detail.email.clone(),
            tax_document: profile.tax_document.clone(),
            document_type: profile.document_type().map(str::to_owned),
            tax_id_status: profile.tax_id_status().map(TaxIdStatus::as_str).map(str::to_owned),
            tax_exempt: profile.exemption.as_str().to_owned(),
            exemption_reason: profile.exemption_reason.clone(),
            address: profile.address.as_ref().map(|address| AddressFacts {
                line1: address.line1.clone(),
                line2: address.line2.clone(),
                city: address.city.clone(),
                state: address.state.clone(),
                postal_code: address.postal_code.clone(),
                country: address.country.code().to_owned(),
                region: address.region.clone(),
            }),
            timezone: profile.timezone.clone(),
            metadata: profile.metadata.as_ref().map(Metadata::as_str).map(str::to_owned),
            default_method: profile.default_method.map(|id| id.to_string()),
            idempotency_key: customer.idempotency_key.clone(),
            created_at_ms: customer.created_at.ms(),
            updated_at_ms: event.at.ms(),
        }
    }

    /// When it was made.
    pub fn created_at(&self) -> Time {
        Time::from_ms(self.created_at_ms)
    }

    /// When it was last changed.
    pub fn updated_at(&self) -> Time {
        Time::from_ms(self.updated_at_ms)
    }
}
