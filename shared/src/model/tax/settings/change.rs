//! A change of the settings, with everything that is wrong with it at once.

use super::{
    super::tax_id::{TaxId, TaxIdStatus},
    AskAddress, AskTaxId, BusinessIds, Collect, InvoicingSettings, MAX_OVERRIDES,
    MAX_REGISTRATIONS, Override, Registration, SaveCard, Scheme, SellerDetails, Settings,
    invoicing,
};
use crate::model::{Invalid, Time};

/// Most bytes of a tenant's settings, roughly as the table counts them.
pub const MAX_BYTES: usize = 16 * 1024;

/// Members that are given replace those that are there, each as a whole.
#[derive(Debug, Clone, Default)]
pub struct TaxChange {
    /// The version that is to be changed, where the caller says so.
    pub version: Option<u64>,
    /// Who sells; `Some(None)` takes the seller away.
    pub seller: Option<Option<SellerDetails>>,
    /// Where tax is collected.
    pub collect: Option<Collect>,
    /// Where the tenant is registered.
    pub registrations: Option<Vec<Registration>>,
    /// The code of a sale that names none.
    pub default_tax_code: Option<String>,
    /// The tenant's own rules, which go before the built-in tables.
    pub overrides: Option<Vec<Override>>,
    /// What a buyer's tax id of the right form means.
    pub business_ids: Option<BusinessIds>,
    /// How invoices are numbered and written.
    pub invoice: Option<InvoicingSettings>,
    /// What the page asks for.
    pub customer_fields: Option<(AskAddress, AskTaxId)>,
    /// Whether paid cards are kept.
    pub save_card: Option<SaveCard>,
}

/// What is wrong with a field, by its path in the words of this model: `registrations[0].rate`.
pub type BrokenMember = (String, Invalid);

impl Settings {
    /// The settings after a change. One that changes nothing returns them as they are.
    ///
    /// # Errors
    /// Every field that breaks a rule, in the order of the members.
    pub fn changed(&self, change: TaxChange, now: Time) -> Result<Self, Vec<BrokenMember>> {
        let (ask_address, ask_tax_id) =
            change.customer_fields.unwrap_or((self.ask_address, self.ask_tax_id));
        let next = Self {
            seller: change.seller.unwrap_or_else(|| self.seller.clone()),
            collect: change.collect.unwrap_or(self.collect),
            registrations: change.registrations.unwrap_or_else(|| self.registrations.clone()),
            overrides: change.overrides.unwrap_or_else(|| self.overrides.clone()),
            default_tax_code: change
                .default_tax_code
                .unwrap_or_else(|| self.default_tax_code.clone()),
            business_ids: change.business_ids.unwrap_or(self.business_ids),
            invoice: change.invoice.unwrap_or_else(|| self.invoice.clone()),
            ask_address,
            ask_tax_id,
            save_card: change.save_card.unwrap_or(self.save_card),
            updated_at: self.updated_at,
            version: self.version,
        };
        if next == *self {
            return Ok(next);
        }
        let broken = next.broken();
        if !broken.is_empty() {
            return Err(broken);
        }
        Ok(Self { updated_at: Some(now), version: self.version.saturating_add(1), ..next })
    }

    fn broken(&self) -> Vec<BrokenMember> {
        let mut broken = Vec::new();
        let mut wrong = |field: String, why: &str| broken.push((field, Invalid::new(why)));
        self.check_seller(&mut wrong);
        self.check_registrations(&mut wrong);
        if !self.knows_code(self.default_code()) {
            wrong("default_tax_code".to_owned(), "is no built-in code, and no override names it");
        }
        self.check_overrides(&mut wrong);
        self.check_invoice(&mut wrong);
        if self.bytes() > MAX_BYTES {
            let largest = if self.overrides.len() > self.registrations.len() {
                "overrides"
            } else {
                "registrations"
            };
            wrong(largest.to_owned(), "are too long: the settings have at most 16 KB");
        }
        broken
    }

    fn check_seller(&self, wrong: &mut impl FnMut(String, &str)) {
        let Some(seller) = &self.seller else {
            if self.collect != Collect::Never {
                wrong("seller".to_owned(), "is required before tax is collected");
            }
            return;
        };
        let id = seller.tax_id.as_deref().map(|id| TaxId::read(seller.address.country, id));
        if id.is_some_and(|id| id.status == TaxIdStatus::FormatInvalid) {
            wrong("seller.tax_id".to_owned(), "is no tax id of this country");
        }
    }

    fn check_registrations(&self, wrong: &mut impl FnMut(String, &str)) {
        if self.registrations.len() > MAX_REGISTRATIONS {
            wrong("registrations".to_owned(), "must have at most 100 entries");
        }
        for (at, one) in self.registrations.iter().enumerate() {
            let mut field =
                |name: &str, why: &str| wrong(format!("registrations[{at}].{name}"), why);
            let before = self.registrations.iter().take(at);
            let key = |one: &Registration| (one.country, one.region.clone(), one.scheme);
            if before.clone().any(|other| key(other) == key(one)) {
                field("country", "is there twice with the same region and scheme");
            }
            one.check(&mut field);
        }
    }

    fn check_overrides(&self, wrong: &mut impl FnMut(String, &str)) {
        if self.overrides.len() > MAX_OVERRIDES {
            wrong("overrides".to_owned(), "must have at most 200 entries");
        }
        for (at, one) in self.overrides.iter().enumerate() {
            let mut field = |name: &str, why: &str| wrong(format!("overrides[{at}].{name}"), why);
            if one.region.is_some() && one.country.is_none() {
                field("country", "is required where there is a region");
            }
            let key =
                |one: &Override| (one.tax_code.clone(), one.country, one.region.clone(), one.from);
            if self.overrides.iter().take(at).any(|other| key(other) == key(one)) {
                field("tax_code", "is there twice for the same place and time");
            }
        }
    }

    fn check_invoice(&self, wrong: &mut impl FnMut(String, &str)) {
        let invoice = &self.invoice;
        let prefixes =
            [("prefix", &invoice.prefix), ("credit_note_prefix", &invoice.credit_note_prefix)];
        for (name, prefix) in prefixes {
            if let Err(Invalid(why)) = invoicing::check_prefix(prefix) {
                wrong(format!("invoice.{name}"), &why);
            }
        }
        if invoice.prefix == invoice.credit_note_prefix {
            wrong("invoice.credit_note_prefix".to_owned(), "must differ from the invoices' prefix");
        }
        if let Err(Invalid(why)) = invoicing::check_timezone(&invoice.timezone) {
            wrong("invoice.timezone".to_owned(), &why);
        }
    }

    /// Roughly what the table counts: texts, and something for each number and name.
    fn bytes(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let registrations = self.registrations.iter().map(|one| {
            let postal: usize = one.postal_rates.iter().map(|(prefix, _)| prefix.len() + 20).sum();
            60 + text(&one.region) + text(&one.tax_id) + postal
        });
        let overrides = self
            .overrides
            .iter()
            .map(|one| 40 + one.tax_code.len() + text(&one.region) + text(&one.name));
        let footer = text(&self.invoice.footer);
        2_000 + footer + registrations.sum::<usize>() + overrides.sum::<usize>()
    }
}

impl Registration {
    fn check(&self, wrong: &mut impl FnMut(&str, &str)) {
        let american = self.country.code() == "US" && self.scheme != Scheme::Oss;
        if american && self.region.is_none() {
            wrong("region", "is required in the United States");
        }
        if self.scheme == Scheme::Oss && !self.country.is_eu() {
            wrong("country", "must be a member of the European Union for its one-stop shop");
        }
        // What other schemes, regions and states call an id follows rules of their own.
        let ordinary = self.scheme == Scheme::Standard && self.region.is_none() && !american;
        let id = self.tax_id.as_deref().filter(|_| ordinary);
        let id = id.map(|id| TaxId::read(self.country, id));
        if id.is_some_and(|id| id.status == TaxIdStatus::FormatInvalid) {
            wrong("tax_id", "is no tax id of this country");
        }
        if self.from.zip(self.until).is_some_and(|(from, until)| until <= from) {
            wrong("to", "must be later than from");
        }
        if american && self.rate.is_none() {
            wrong("rate", "is required in the United States");
        }
        if !american && !self.postal_rates.is_empty() {
            wrong("postal_rates", "are for the United States only");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        address::Address,
        tax::{rate::Rate, settings::OverrideEffect},
    };

    fn now() -> Time {
        Time::from_ms(1_795_255_200_000)
    }

    fn seller(country: &str, tax_id: Option<&str>) -> SellerDetails {
        SellerDetails {
            legal_name: "Shop GmbH".into(),
            address: Address {
                line1: "Street 1".into(),
                line2: None,
                city: "Town".into(),
                state: None,
                postal_code: "10115".into(),
                country: country.parse().unwrap(),
                region: None,
            },
            tax_id: tax_id.map(str::to_owned),
            registration_number: None,
            tax_number: None,
            email: None,
            website: None,
        }
    }

    fn registration(country: &str) -> Registration {
        Registration {
            country: country.parse().unwrap(),
            region: None,
            scheme: Scheme::Standard,
            tax_id: None,
            from: None,
            until: None,
            rate: None,
            postal_rates: vec![],
        }
    }

    fn rule(code: &str) -> Override {
        Override {
            tax_code: code.into(),
            country: None,
            region: None,
            effect: OverrideEffect::Zero,
            name: None,
            from: None,
        }
    }

    #[track_caller]
    fn refused(change: TaxChange, fields: &[&str]) {
        let broken = Settings::default().changed(change, now()).unwrap_err();
        let names: Vec<&str> = broken.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(names, fields, "{broken:?}");
    }

    #[test]
    fn a_change_replaces_what_it_names_and_raises_the_version() {
        let change = TaxChange {
            seller: Some(Some(seller("DE", Some("DE136695976")))),
            collect: Some(Collect::Registered),
            ..TaxChange::default()
        };
        let first = Settings::default().changed(change, now()).unwrap();
        assert_eq!((first.version, first.updated_at), (1, Some(now())));
        let second = first
            .changed(TaxChange { save_card: Some(SaveCard::Ask), ..TaxChange::default() }, now());
        let second = second.unwrap();
        assert_eq!((second.version, &second.seller), (2, &first.seller));
        assert_eq!(second.changed(TaxChange::default(), now().plus_ms(1)).unwrap(), second);
    }

    #[test]
    fn a_seller_comes_before_tax_and_its_id_is_checked() {
        refused(
            TaxChange { collect: Some(Collect::Everywhere), ..TaxChange::default() },
            &["seller"],
        );
        let wrong = Some(Some(seller("DE", Some("DE136695977"))));
        refused(TaxChange { seller: wrong, ..TaxChange::default() }, &["seller.tax_id"]);
        let unchecked = Some(Some(seller("CN", Some("whatever"))));
        let change = TaxChange { seller: unchecked, ..TaxChange::default() };
        assert!(Settings::default().changed(change, now()).is_ok());
    }

    #[test]
    fn registrations_are_unique_and_american_ones_say_state_and_rate() {
        let with = |registrations| TaxChange {
            registrations: Some(registrations),
            ..TaxChange::default()
        };
        let twice = vec![registration("DE"), registration("DE")];
        refused(with(twice), &["registrations[1].country"]);
        let oss = Registration { scheme: Scheme::Oss, ..registration("DE") };
        assert!(Settings::default().changed(with(vec![registration("DE"), oss]), now()).is_ok());
        let bare = vec![registration("US")];
        refused(with(bare), &["registrations[0].region", "registrations[0].rate"]);
        let rate: Rate = "8".parse().unwrap();
        let postal = Registration { postal_rates: vec![("1".into(), rate)], ..registration("DE") };
        refused(with(vec![postal]), &["registrations[0].postal_rates"]);
        let oss = Registration { scheme: Scheme::Oss, ..registration("US") };
        refused(with(vec![oss]), &["registrations[0].country"]);
        let (from, until) = (Some(now()), Some(now()));
        let never = Registration { from, until, ..registration("DE") };
        refused(with(vec![never]), &["registrations[0].to"]);
        let typo = Registration { tax_id: Some("ATU12345678".into()), ..registration("AT") };
        refused(with(vec![typo]), &["registrations[0].tax_id"]);
    }

    #[test]
    fn codes_are_known_and_rules_of_one_place_and_time_are_one() {
        let books = || Some("books".to_owned());
        let unknown = TaxChange { default_tax_code: books(), ..TaxChange::default() };
        refused(unknown, &["default_tax_code"]);
        let own = TaxChange {
            default_tax_code: books(),
            overrides: Some(vec![rule("books")]),
            ..TaxChange::default()
        };
        assert!(Settings::default().changed(own, now()).is_ok());
        let twice =
            TaxChange { overrides: Some(vec![rule("a"), rule("a")]), ..TaxChange::default() };
        refused(twice, &["overrides[1].tax_code"]);
        let nowhere = Override { region: Some("NY".into()), ..rule("a") };
        let nowhere = TaxChange { overrides: Some(vec![nowhere]), ..TaxChange::default() };
        refused(nowhere, &["overrides[0].country"]);
    }

    #[test]
    fn series_of_numbers_are_told_apart() {
        let same = InvoicingSettings { prefix: "CN-".into(), ..InvoicingSettings::default() };
        let change = TaxChange { invoice: Some(same), ..TaxChange::default() };
        refused(change, &["invoice.credit_note_prefix"]);
        let wrong = InvoicingSettings { timezone: "+02".into(), ..InvoicingSettings::default() };
        refused(TaxChange { invoice: Some(wrong), ..TaxChange::default() }, &["invoice.timezone"]);
    }

    #[test]
    fn settings_have_a_largest_size() {
        let rate: Rate = "8".parse().unwrap();
        let long = Registration {
            region: Some("NY".into()),
            rate: Some(rate),
            postal_rates: (0..100).map(|at| (format!("{at:0>40}"), rate)).collect(),
            ..registration("US")
        };
        let all = ["NY", "NJ", "CA"]
            .map(|state| Registration { region: Some(state.into()), ..long.clone() });
        let change = TaxChange { registrations: Some(all.into()), ..TaxChange::default() };
        refused(change, &["registrations"]);
    }
}
