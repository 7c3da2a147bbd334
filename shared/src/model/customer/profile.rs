//! What callers of the payments surface keep of a customer besides name and e-mail address, and
//! how that changes.

use super::Customer;
use crate::model::{
    Time,
    address::Address,
    event::{CustomerDetail, EventDetail, EventType, History},
    id::PaymentMethodId,
    metadata::Metadata,
    tax::{
        Exemption, TaxBuyer,
        place::Country,
        tax_id::{TaxId, TaxIdStatus},
    },
};

/// What callers keep of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The caller's own id: unique per tenant and mode.
    pub own_id: Option<String>,
    /// A tax id as it was sent. Refused never; believed when its form is right.
    pub tax_document: Option<String>,
    /// Its country decides the tax and how the tax id is checked; `None` where none is known.
    pub address: Option<Address>,
    /// A name such as `Europe/Berlin`; used for nothing.
    pub timezone: Option<String>,
    /// How tax is collected from the customer: as usual, not at all, or by the customer itself.
    pub exemption: Exemption,
    /// Why no tax is collected; printed on invoices.
    pub exemption_reason: Option<String>,
    /// What the caller attaches: answered and told as it came, and read by nobody here.
    pub metadata: Option<Metadata>,
    /// The saved card that is charged where none is named.
    pub default_method: Option<PaymentMethodId>,
}

impl Profile {
    /// What the form of the tax id says, by the address's country; nothing without an id.
    pub fn tax_id_status(&self) -> Option<TaxIdStatus> {
        let text = self.tax_document.as_ref()?;
        Some(match &self.address {
            Some(address) => TaxId::read(address.country, text).status,
            None => TaxIdStatus::Unchecked,
        })
    }

    /// The customer as far as tax is concerned.
    pub fn for_tax(&self) -> TaxBuyer {
        let address = self.address.as_ref();
        TaxBuyer {
            country: address.map(|address| address.country),
            region: address.and_then(|address| address.region.clone()),
            postal_code: address.map(|address| address.postal_code.clone()),
            tax_id: self.tax_document.clone(),
            exemption: self.exemption,
            exemption_reason: self.exemption_reason.clone(),
        }
    }

    /// What ids of the address's country are called; nothing without an id.
    pub fn document_type(&self) -> Option<&'static str> {
        document_type(self.address.as_ref()?.country, self.tax_document.as_ref()?)
    }
}

/// What a country calls a tax id.
fn document_type(country: Country, id: &str) -> Option<&'static str> {
    let country = country.tax_territory();
    if country.is_eu() {
        return Some("VAT");
    }
    Some(match country.code() {
        "GB" | "SA" | "ZA" => "VAT",
        "CH" => "UID",
        "NO" => "MVA",
        "AU" => "ABN",
        "NZ" | "SG" => "GST",
        "CA" => "BN",
        "IN" => "GSTIN",
        "KR" => "BRN",
        "AE" => "TRN",
        "TR" => "VKN",
        "US" => "EIN",
        "AR" => "CUIT",
        // A person's has eleven digits, a company's has fourteen places.
        "BR" if id.chars().filter(char::is_ascii_alphanumeric).count() == 11 => "CPF",
        "BR" => "CNPJ",
        "MX" => "RFC",
        "CL" => "RUT",
        _ => return None,
    })
}

impl Customer {
    /// A new customer of callers who hear of it: their event stands in its history.
    pub fn announced(self) -> Self {
        let history = History::starting(EventType::CustomerCreated, self.created_at);
        Self { history, ..self }
    }

    /// The customer after a change, with its event; `None` where nothing changes. What earlier
    /// events said stays as it was.
    pub fn changed(&self, change: impl FnOnce(&mut Self), now: Time) -> Option<Self> {
        let mut next = self.clone();
        change(&mut next);
        if next == *self {
            return None;
        }
        let history = self.history.fixed(|_| Some(self.detail()));
        Some(Self {
            history: history.and(EventType::CustomerUpdated, now),
            updated_at: now,
            version: self.version + 1,
            ..next
        })
    }

    /// What its events say of it as it is.
    pub fn detail(&self) -> EventDetail {
        EventDetail::Customer(Box::new(CustomerDetail {
            name: self.name.clone(),
            email: self.email.clone(),
            profile: self.profile.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, Mode, Scope, Surface};

    fn now() -> Time {
        Time::from_ms(1_795_255_200_250)
    }

    fn customer() -> Customer {
        let scope = Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test };
        let new =
            Customer::new(Id::mint(now(), [2; 10]), scope, "Ada".into(), "a@b.example".into());
        Customer { surface: Surface::Payments, ..new }.announced()
    }

    fn located(country: &str, id: &str) -> Profile {
        let address = Address {
            line1: "Street 1".into(),
            line2: None,
            city: "Town".into(),
            state: None,
            postal_code: "1".into(),
            country: country.parse().unwrap(),
            region: None,
        };
        let (address, tax_document) = (Some(address), Some(id.to_owned()));
        Profile { address, tax_document, ..Profile::default() }
    }

    #[test]
    fn tax_ids_are_named_and_judged_by_the_addresss_country() {
        for (country, id, name, status) in [
            ("DE", "DE136695976", Some("VAT"), TaxIdStatus::FormatValid),
            ("DE", "DE136695977", Some("VAT"), TaxIdStatus::FormatInvalid),
            ("MC", "FR40303265045", Some("VAT"), TaxIdStatus::FormatValid),
            ("GB", "980780684", Some("VAT"), TaxIdStatus::FormatValid),
            ("CH", "CHE-100.155.212 MWST", Some("UID"), TaxIdStatus::FormatValid),
            ("AR", "20-05536168-2", Some("CUIT"), TaxIdStatus::Unchecked),
            ("BR", "529.982.247-25", Some("CPF"), TaxIdStatus::FormatValid),
            ("KE", "P051234567A", None, TaxIdStatus::Unchecked),
        ] {
            let profile = located(country, id);
            assert_eq!(profile.document_type(), name, "{country} {id}");
            assert_eq!(profile.tax_id_status(), Some(status), "{country} {id}");
        }
        assert_eq!(located("BR", "11.222.333/0001-81").document_type(), Some("CNPJ"));
        let nowhere = Profile { address: None, ..located("DE", "DE136695976") };
        assert_eq!(nowhere.tax_id_status(), Some(TaxIdStatus::Unchecked));
        assert_eq!(nowhere.document_type(), None);
        let without = Profile { tax_document: None, ..located("DE", "x") };
        assert_eq!((without.tax_id_status(), without.document_type()), (None, None));
    }

    #[test]
    fn a_change_that_changes_nothing_has_no_event() {
        let customer = customer();
        assert_eq!(customer.changed(|_| (), now()), None);
        assert_eq!(customer.changed(|next| next.name = "Ada".into(), now()), None);
        let later = now().plus_seconds(5);
        let next = customer.changed(|next| next.name = "Zoë".into(), later).unwrap();
        assert_eq!((next.updated_at, next.version), (later, 2));
        assert_eq!(next.history.last_sequence(), 2);
        // The first event keeps saying what it said.
        assert_eq!(next.history.entries[0].detail, Some(Box::new(customer.detail())));
        assert_eq!(next.history.entries[1].detail, None);
    }
}
