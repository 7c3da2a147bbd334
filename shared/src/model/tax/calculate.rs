//! The rules: the first that fits decides.

use super::{
    Buyer, Category, Decision, Exemption, Need, Pricing, Reason, Sale, SaleLine, TaxAnswer,
    TaxLine, Treatment, knows_reverse_charge,
    place::{Country, Place},
    rate::Rate,
    rates::{PlaceTax, RateClass, taxes},
    settings::{Collect, OverrideEffect, Settings},
    tax_id::TaxIdStatus,
};
use crate::model::Time;

/// What holds for one line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    treatment: Treatment,
    reason: Reason,
    /// What is collected; for a reverse charge, what a consumer would pay.
    taxes: Vec<PlaceTax>,
}

/// The tax of a sale, or what has to be known first.
#[must_use]
pub fn calculate(settings: &Settings, sale: &Sale<'_>) -> TaxAnswer {
    let Some(seller) = settings.seller.filter(|_| settings.collect != Collect::Never) else {
        return decided(sale, &[rule(Treatment::NotCollected, Reason::NotConfigured)]);
    };
    if sale.buyer.exemption == Exemption::Exempt {
        return decided(sale, &[rule(Treatment::Exempt, Reason::CustomerExempt)]);
    }
    let Some(place) = sale.buyer.place else {
        return TaxAnswer::Needs(vec![Need::Country]);
    };
    if let Some(needs) = missing(settings, &place, sale.at) {
        return TaxAnswer::Needs(needs);
    }
    let world = World { settings, seller, buyer: &sale.buyer, place, at: sale.at };
    let rules: Vec<Rule> = sale.lines.iter().map(|line| world.rule_for(line)).collect();
    decided(sale, &rules)
}

/// What else has to be known of a place before its rates are known.
fn missing(settings: &Settings, place: &Place<'_>, at: Time) -> Option<Vec<Need>> {
    let country = place.country;
    let by_region = match country.code() {
        "US" => settings.registered_in(country, at).next().is_some(),
        "CA" => {
            settings.collect == Collect::Everywhere
                || settings.registered_in(country, at).next().is_some()
        }
        _ => false,
    };
    if by_region && place.tax_region().is_none() {
        return Some(vec![Need::Region]);
    }
    let mut registrations = settings.registered_in(country, at);
    let by_postal_code = registrations
        .any(|known| known.region.as_deref() == place.region && !known.postal_rates.is_empty());
    (by_postal_code && place.postal_code.is_none()).then(|| vec![Need::PostalCode])
}

const fn rule(treatment: Treatment, reason: Reason) -> Rule {
    Rule { treatment, reason, taxes: Vec::new() }
}

/// What a rule is looked for in.
struct World<'a> {
    settings: &'a Settings,
    seller: Country,
    buyer: &'a Buyer<'a>,
    place: Place<'a>,
    at: Time,
}

impl World<'_> {
    fn rule_for(&self, line: &SaleLine) -> Rule {
        let code = match (line.tax_code.as_str(), self.settings.default_tax_code.as_str()) {
            ("", "") => "digital",
            ("", default) => default,
            (code, _) => code,
        };
        // General services for consumers are taxed where the seller is.
        let at_seller = code == "service" && !self.is_business();
        let seller = Place { country: self.seller, region: None, postal_code: None };
        let abroad = self.place.country.tax_territory() != self.seller.tax_territory();
        let place = if at_seller && abroad { seller } else { self.place };
        let effect = self.effect(code, &place);
        match effect {
            Some(OverrideEffect::Exempt) => return rule(Treatment::Exempt, Reason::CodeExempt),
            Some(OverrideEffect::Zero) => return rule(Treatment::ZeroRated, Reason::CodeZero),
            Some(OverrideEffect::Rate(_) | OverrideEffect::Class(_)) | None => {}
        }
        let (treatment, reason, place) = self.decide(place, at_seller && abroad);
        if treatment == Treatment::OutOfScope {
            return rule(treatment, reason);
        }
        let taxes = self.taxes_at(&place, self.effect(code, &place), line.own_rate);
        if taxes.is_empty() && treatment == Treatment::Taxed {
            return rule(Treatment::NotCollected, Reason::NoRate);
        }
        Rule { treatment, reason, taxes }
    }

    fn effect(&self, code: &str, place: &Place<'_>) -> Option<OverrideEffect> {
        let country = place.country.tax_territory();
        let found = self.settings.override_for(code, country, place.tax_region(), self.at);
        found.map(|rule| rule.effect).or(match code {
            "exempt" => Some(OverrideEffect::Exempt),
            "zero" => Some(OverrideEffect::Zero),
            _ => None,
        })
    }

    fn is_business(&self) -> bool {
        self.buyer.exemption == Exemption::Reverse
            || self.buyer.tax_id == Some(TaxIdStatus::FormatValid)
    }

    fn is_registered(&self, country: Country) -> bool {
        self.settings.collect == Collect::Everywhere
            || self.settings.registered_in(country, self.at).next().is_some()
    }

    /// Where, how and why a line is taxed whose code is neither exempt nor zero.
    fn decide<'p>(&self, place: Place<'p>, at_seller: bool) -> (Treatment, Reason, Place<'p>)
    where
        Self: 'p,
    {
        let (country, seller) = (place.country.tax_territory(), self.seller.tax_territory());
        let nowhere = (Treatment::OutOfScope, Reason::NotRegistered, place);
        if place.is_outside_vat_area() {
            return nowhere;
        }
        let registered = self.is_registered(country);
        if country == seller {
            let reason = if at_seller { Reason::Origin } else { Reason::Domestic };
            let here = registered && self.is_registered_in_region(&place);
            return if here { (Treatment::Taxed, reason, place) } else { nowhere };
        }
        let union = country.is_eu() && seller.is_eu() && self.is_registered(seller);
        if union && self.is_business() {
            return (Treatment::ReverseCharge, Reason::EuB2b, place);
        }
        if union {
            return if registered || self.settings.uses_oss(self.at) {
                (Treatment::Taxed, Reason::Destination, place)
            } else {
                let origin = Place { country: self.seller, region: None, postal_code: None };
                (Treatment::Taxed, Reason::Origin, origin)
            };
        }
        let by_oss = country.is_eu() && self.settings.uses_oss(self.at);
        let there = (registered && self.is_registered_in_region(&place)) || by_oss;
        match (there, self.is_business() && knows_reverse_charge(country)) {
            (true, true) => (Treatment::ReverseCharge, Reason::B2b, place),
            (true, false) => (Treatment::Taxed, Reason::Destination, place),
            (false, _) => nowhere,
        }
    }

    /// In the United States each state registers sellers; everywhere else the country does.
    fn is_registered_in_region(&self, place: &Place<'_>) -> bool {
        if place.country.code() != "US" || self.settings.collect == Collect::Everywhere {
            return true;
        }
        let mut registrations = self.settings.registered_in(place.country, self.at);
        registrations.any(|known| known.region.as_deref() == place.region)
    }

    fn taxes_at(
        &self,
        place: &Place<'_>,
        effect: Option<OverrideEffect>,
        own_rate: Option<Rate>,
    ) -> Vec<PlaceTax> {
        let class = match effect {
            Some(OverrideEffect::Class(class)) => class,
            Some(OverrideEffect::Rate(_) | OverrideEffect::Exempt | OverrideEffect::Zero)
            | None => RateClass::Standard,
        };
        let mut found = taxes(place, class, self.at);
        let country = place.country.tax_territory();
        if country.code() == "CA" && self.settings.collect == Collect::Registered {
            found.retain(|tax| self.is_registered_for(tax));
        }
        let from_registration = self.registration_rate(place);
        let rate = match effect {
            Some(OverrideEffect::Rate(rate)) => Some(rate),
            Some(OverrideEffect::Class(_) | OverrideEffect::Exempt | OverrideEffect::Zero)
            | None => own_rate.or(from_registration),
        };
        let Some(rate) = rate else { return found };
        // A rate that was stated replaces the place's main tax, and stands alone where it has none.
        let named = found.into_iter().next().unwrap_or_else(|| PlaceTax {
            name: "Sales tax".to_owned(),
            jurisdiction: match place.region {
                Some(region) => format!("{country}-{region}"),
                None => country.to_string(),
            },
            rate,
        });
        vec![PlaceTax { rate, ..named }]
    }

    /// In Canada the federal registration is for GST and HST; QST and PST need the province's.
    fn is_registered_for(&self, tax: &PlaceTax) -> bool {
        let provincial = matches!(tax.name.as_str(), "QST" | "PST");
        let region = tax.jurisdiction.strip_prefix("CA-");
        let mut known = self.settings.registered_in(self.place.country, self.at);
        known.any(|known| if provincial { known.region.as_deref() == region } else { true })
    }

    fn registration_rate(&self, place: &Place<'_>) -> Option<Rate> {
        let known = self.settings.registered_in(place.country, self.at);
        let mut here = known.filter(|known| known.region.as_deref() == place.region);
        here.find_map(|known| known.rate_at(place.postal_code))
    }
}

/// Adds up: all lines of one rule and one set of rates are rounded together, once.
fn decided(sale: &Sale<'_>, rules: &[Rule]) -> TaxAnswer {
    let one = rule(Treatment::NotCollected, Reason::NotConfigured);
    let rule_of = |at: usize| rules.get(at).or_else(|| rules.first()).unwrap_or(&one);
    let mut groups: Vec<(&Rule, i64)> = Vec::new();
    for (at, line) in sale.lines.iter().enumerate() {
        let rule = rule_of(at);
        match groups.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, amount)) => *amount += line.amount,
            None => groups.push((rule, line.amount)),
        }
    }
    let mut lines = Vec::new();
    let (mut subtotal, mut tax) = (0, 0);
    for (rule, amount) in &groups {
        let (net, taxes) = group(rule, *amount, sale.pricing);
        subtotal += net;
        tax += taxes.iter().map(|line| line.tax).sum::<i64>();
        lines.extend(taxes);
    }
    let first = groups.iter().find(|(rule, _)| rule.treatment == Treatment::Taxed);
    let first = first.or_else(|| groups.first()).map_or(&one, |(rule, _)| *rule);
    let (treatment, reason) = (first.treatment, first.reason);
    TaxAnswer::Decided(Decision { treatment, reason, lines, subtotal, tax, total: subtotal + tax })
}

/// Net amount and taxes of the lines that one rule holds for.
fn group(rule: &Rule, amount: i64, pricing: Pricing) -> (i64, Vec<TaxLine>) {
    let rates: Vec<Rate> = rule.taxes.iter().map(|tax| tax.rate).collect();
    let taxed = rule.treatment == Treatment::Taxed;
    // A business that owes the tax itself pays the price less what a consumer would owe.
    let contains_tax = taxed || rule.treatment == Treatment::ReverseCharge;
    let net = match pricing {
        Pricing::Inclusive if contains_tax => Rate::net_of(amount, &rates),
        Pricing::Inclusive | Pricing::Exclusive => amount,
    };
    if !taxed {
        return (net, untaxed(rule, net).into_iter().collect());
    }
    let mut rest = amount - net;
    let last = rule.taxes.len().saturating_sub(1);
    let lines = rule.taxes.iter().enumerate().map(|(at, tax)| {
        let amount = match pricing {
            // The last one takes what is left, so that net and taxes make up the price.
            Pricing::Inclusive if at == last => rest,
            Pricing::Inclusive | Pricing::Exclusive => tax.rate.of(net),
        };
        rest -= amount;
        TaxLine {
            jurisdiction: tax.jurisdiction.clone(),
            name: tax.name.clone(),
            rate: tax.rate,
            taxable: net,
            tax: amount,
            category: if tax.rate == Rate::ZERO { Category::Z } else { Category::S },
        }
    });
    (net, lines.collect())
}

/// The line of 0 that says why nothing is collected; none where tax is not looked at at all.
fn untaxed(rule: &Rule, net: i64) -> Option<TaxLine> {
    let category = category(rule.treatment)?;
    let place = rule.taxes.first();
    Some(TaxLine {
        jurisdiction: place.map(|tax| tax.jurisdiction.clone()).unwrap_or_default(),
        name: place.map(|tax| tax.name.clone()).unwrap_or_default(),
        rate: Rate::ZERO,
        taxable: net,
        tax: 0,
        category,
    })
}

const fn category(treatment: Treatment) -> Option<Category> {
    match treatment {
        Treatment::Taxed => Some(Category::S),
        Treatment::ReverseCharge => Some(Category::AE),
        Treatment::Exempt => Some(Category::E),
        Treatment::ZeroRated => Some(Category::Z),
        Treatment::NotCollected | Treatment::OutOfScope => None,
    }
}
