//! How each surface writes ids. The platform surface writes the UUID itself (`Display`); the others
//! put a prefix in front of its 128 bits, so that one object has one id in three spellings.
//!
//! A text of another form is an unknown id, hence `Option`: the answer is 404, never 400.

use super::{DeliveryId, EventId, Id, WebhookEndpointId, crockford, kind};
use uuid::Uuid;

/// A kind of thing that the payments surface shows.
pub trait PaymentsForm {
    /// What stands before the 32 hexadecimal digits.
    const PREFIX: &'static str;
}

/// A kind of thing that the links surface shows with a prefix. Links themselves have none: there
/// the UUID is the shareable secret.
pub trait LinksForm {
    /// What stands before the 26 Crockford characters.
    const PREFIX: &'static str;
}

/// What an id of the links surface stands for, of whatever kind: the UUID behind its prefix, in any
/// case.
pub fn behind_any_prefix(text: &str) -> Option<Uuid> {
    let (prefix, digits) = text.split_at_checked(text.len().checked_sub(crockford::UUID_LEN)?)?;
    let plain = prefix.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let value = crockford::decode(digits).filter(|_| plain && !prefix.is_empty())?;
    Some(Uuid::from_u128(value))
}

macro_rules! prefixes {
    ($form:ident: $($kind:ident = $prefix:literal),+ $(,)?) => {
        $(impl $form for kind::$kind {
            const PREFIX: &'static str = $prefix;
        })+
    };
}

prefixes!(PaymentsForm:
    PaymentIntent = "pay_",
    Customer = "cus_",
    Transaction = "txn_",
    Refund = "re_",
    Dispute = "dp_",
    Invoice = "inv_",
    CreditNote = "cn_",
    PaymentMethod = "pm_",
    ApiKey = "key_",
    WebhookEndpoint = "wh_",
    Delivery = "whd_",
    Event = "evt_",
);

prefixes!(LinksForm:
    Product = "prod_",
    PaymentIntent = "TX",
    CheckoutSession = "ord_",
    Transaction = "pa_",
    Refund = "RF",
    Member = "mem_",
    Session = "ses_",
    Invitation = "inv_",
    ApiKey = "key_",
    WebhookEndpoint = "wh_",
    Delivery = "whd_",
);

impl<K: PaymentsForm> Id<K> {
    /// As the payments surface writes it: prefix and 32 lower-case hexadecimal digits.
    pub fn payments_form(&self) -> String {
        format!("{}{}", K::PREFIX, self.uuid().simple())
    }

    /// Reads what [`Id::payments_form`] writes, and nothing else: no other prefix, case or length.
    pub fn from_payments_form(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(K::PREFIX)?;
        let plain = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let uuid = Uuid::try_parse(digits).ok().filter(|_| plain && digits.len() == 32)?;
        Some(Self::from_uuid(uuid))
    }
}

impl<K: LinksForm> Id<K> {
    /// As the links surface writes it: prefix and 26 Crockford characters.
    pub fn links_form(&self) -> String {
        let digits = crockford::encode(self.uuid().as_u128(), crockford::UUID_LEN);
        format!("{}{digits}", K::PREFIX)
    }

    /// Reads what [`Id::links_form`] writes, in any case.
    pub fn from_links_form(text: &str) -> Option<Self> {
        let (prefix, digits) = text.split_at_checked(K::PREFIX.len())?;
        let ours = prefix.eq_ignore_ascii_case(K::PREFIX) && digits.len() == crockford::UUID_LEN;
        let value = crockford::decode(digits).filter(|_| ours)?;
        Some(Self::from_uuid(Uuid::from_u128(value)))
    }
}

/// The bits of a UUID that are neither time nor version nor variant.
const FREE_BITS: u128 = 0x0000_0000_0000_0FFF_3FFF_FFFF_FFFF_FFFF;

impl DeliveryId {
    /// The id of an event's delivery to an endpoint. It needs no record of its own: together with
    /// the endpoint, which stands in every path, it leads back to the event.
    pub fn of(event: EventId, endpoint: WebhookEndpointId) -> Self {
        let mixed = event.uuid().as_u128() ^ (endpoint.uuid().as_u128() & FREE_BITS);
        Self::from_uuid(Uuid::from_u128(mixed))
    }

    /// The event of a delivery to this endpoint. With another endpoint it is an event that does not
    /// exist.
    pub fn event(&self, endpoint: WebhookEndpointId) -> EventId {
        let mixed = self.uuid().as_u128() ^ (endpoint.uuid().as_u128() & FREE_BITS);
        EventId::from_uuid(Uuid::from_u128(mixed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Time,
        id::{CustomerId, PaymentIntentId, ProductId},
    };

    fn payment() -> PaymentIntentId {
        "0199f3a2-c4d0-7b1e-8f6a-5d4c3b2a1908".parse().unwrap()
    }

    #[test]
    fn one_payment_has_one_id_in_three_spellings() {
        let id = payment();
        assert_eq!(id.to_string(), "0199f3a2-c4d0-7b1e-8f6a-5d4c3b2a1908");
        assert_eq!(id.payments_form(), "pay_0199f3a2c4d07b1e8f6a5d4c3b2a1908");
        assert_eq!(id.links_form(), "TX01K7ST5H6GFCF8YTJX9GXJM688");
        assert_eq!(PaymentIntentId::from_payments_form(&id.payments_form()), Some(id));
        assert_eq!(PaymentIntentId::from_links_form(&id.links_form()), Some(id));
        assert_eq!(PaymentIntentId::from_links_form(&id.links_form().to_lowercase()), Some(id));
    }

    #[test]
    fn another_prefix_case_or_length_is_another_id() {
        for text in [
            "",
            "pay_",
            "PAY_0199f3a2c4d07b1e8f6a5d4c3b2a1908",
            "pay_0199F3A2c4d07b1e8f6a5d4c3b2a1908",
            "pay_0199f3a2-c4d0-7b1e-8f6a-5d4c3b2a1908",
            "pay_0199f3a2c4d07b1e8f6a5d4c3b2a190",
            "pay_0199f3a2c4d07b1e8f6a5d4c3b2a19080",
            "cus_0199f3a2c4d07b1e8f6a5d4c3b2a1908",
            "0199f3a2-c4d0-7b1e-8f6a-5d4c3b2a1908",
        ] {
            assert_eq!(PaymentIntentId::from_payments_form(text), None, "{text}");
        }
        for text in ["TX", "TXé", "prod_01K7SS5H6GFCF8YTJX9GXJM688", "TX81K7SS5H6GFCF8YTJX9GXJM688"]
        {
            assert_eq!(PaymentIntentId::from_links_form(text), None, "{text}");
        }
        let customer: CustomerId = payment().to_string().parse().unwrap();
        assert_eq!(PaymentIntentId::from_payments_form(&customer.payments_form()), None);
        let product = ProductId::mint(Time::from_ms(1_795_255_200_250), [7; 10]);
        assert_eq!(ProductId::from_links_form(&product.links_form()), Some(product));
    }

    #[test]
    fn a_delivery_leads_back_to_its_event() {
        let now = Time::from_ms(1_795_255_200_250);
        let event = EventId::derive(now, [1; 10]);
        let endpoints = [2, 3].map(|n| WebhookEndpointId::mint(now, [n; 10]));
        let [one, two] = endpoints.map(|endpoint| DeliveryId::of(event, endpoint));
        assert_ne!(one, two);
        assert_eq!(one.event(endpoints[0]), event);
        assert_eq!(two.event(endpoints[1]), event);
        assert_ne!(one.event(endpoints[1]), event);
        assert_eq!((one.uuid().get_version_num(), one.minted_at()), (8, now));
    }
}
