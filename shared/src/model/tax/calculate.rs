//! The rules: the first that fits decides.

use super::{
    Category, Decision, Exemption, Need, Pricing, Reason, SaleBuyer, SaleLine, TaxAnswer, TaxLine,
    TaxSale, Treatment, knows_reverse_charge,
    place::{BuyerPlace, Country},
    rate::Rate,
    rates::{PlaceTax, RateClass, taxes},
    settings::{BusinessIds, Collect, Override, OverrideEffect, Settings},
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
pub fn calculate(settings: &Settings, sale: &TaxSale<'_>) -> TaxAnswer {
    let Some(seller) = settings.seller_place().filter(|_| settings.collects()) else {
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
fn missing(settings: &Settings, place: &BuyerPlace<'_>, at: Time) -> Option<Vec<Need>> {
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
    seller: BuyerPlace<'a>,
    buyer: &'a SaleBuyer<'a>,
    place: BuyerPlace<'a>,
    at: Time,
}

impl World<'_> {
    fn rule_for(&self, line: &SaleLine) -> Rule {
        let code = match line.tax_code.as_str() {
            "" => self.settings.default_code(),
            code => code,
        };
        // General services for consumers are taxed where the seller is.
        let (here, there) = (self.seller.country, self.place.country);
        let abroad = there.tax_territory() != here.tax_territory();
        let at_seller = code == "service" && !self.is_business() && abroad;
        let place = if at_seller { self.seller } else { self.place };
        match self.effect(code, &place) {
            Some(OverrideEffect::Exempt) => return rule(Treatment::Exempt, Reason::CodeExempt),
            Some(OverrideEffect::Zero) => return rule(Treatment::ZeroRated, Reason::CodeZero),
            Some(OverrideEffect::Rate(_) | OverrideEffect::Class(_)) | None => {}
        }
        let (treatment, reason, place) = self.decide(place, at_seller);
        if treatment == Treatment::OutOfScope {
            return rule(treatment, reason);
        }
        let taxes = self.taxes_at(&place, code, line.own_rate);
        if taxes.is_empty() && treatment == Treatment::Taxed {
            return rule(Treatment::NotCollected, Reason::NoRate);
        }
        Rule { treatment, reason, taxes }
    }

    fn override_at(&self, code: &str, place: &BuyerPlace<'_>) -> Option<&Override> {
        let country = place.country.tax_territory();
        self.settings.override_for(code, country, place.tax_region(), self.at)
    }

    fn effect(&self, code: &str, place: &BuyerPlace<'_>) -> Option<OverrideEffect> {
        let found = self.override_at(code, place);
        found.map(|rule| rule.effect).or(match code {
            "exempt" => Some(OverrideEffect::Exempt),
            "zero" => Some(OverrideEffect::Zero),
            _ => None,
        })
    }

    fn is_business(&self) -> bool {
        let by_id = match self.settings.business_ids {
            BusinessIds::Trust => self.buyer.tax_id == Some(TaxIdStatus::FormatValid),
            BusinessIds::Never => false,
        };
        by_id || self.buyer.exemption == Exemption::Reverse
    }

    fn is_registered(&self, country: Country) -> bool {
        self.settings.is_registered(country, self.at)
    }

    /// Where, how and why a line is taxed whose code is neither exempt nor zero.
    fn decide<'p>(
        &'p self,
        place: BuyerPlace<'p>,
        at_seller: bool,
    ) -> (Treatment, Reason, BuyerPlace<'p>) {
        let country = place.country.tax_territory();
        let seller = self.seller.country.tax_territory();
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
                (Treatment::Taxed, Reason::Origin, self.seller)
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

    /// In the United States each state registers sellers, in Canada a province or all of it;
    /// everywhere else the country does.
    fn is_registered_in_region(&self, place: &BuyerPlace<'_>) -> bool {
        if self.settings.collect == Collect::Everywhere {
            return true;
        }
        let (region, federally) = match place.country.code() {
            "US" => (place.region, false),
            "CA" => (place.tax_region(), true),
            _ => return true,
        };
        let mut registrations = self.settings.registered_in(place.country, self.at);
        registrations.any(|known| match known.region.as_deref() {
            Some(known) => Some(known) == region,
            None => federally,
        })
    }

    fn taxes_at(
        &self,
        place: &BuyerPlace<'_>,
        code: &str,
        own_rate: Option<Rate>,
    ) -> Vec<PlaceTax> {
        let effect = self.effect(code, place);
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
        let own_name = self.override_at(code, place).and_then(|rule| rule.name.clone());
        let Some(rate) = rate else { return renamed(found, own_name) };
        // A rate that was stated replaces the place's main tax, and stands alone where it has none.
        let named = found.into_iter().next().unwrap_or_else(|| PlaceTax {
            name: "Sales tax".to_owned(),
            jurisdiction: match place.region {
                Some(region) => format!("{country}-{region}"),
                None => country.to_string(),
            },
            rate,
        });
        renamed(vec![PlaceTax { rate, ..named }], own_name)
    }

    /// In Canada the federal registration is for GST and HST; QST and PST need the province's,
    /// which serves for HST too.
    fn is_registered_for(&self, tax: &PlaceTax) -> bool {
        let provincial = matches!(tax.name.as_str(), "QST" | "PST");
        let region = tax.jurisdiction.strip_prefix("CA-");
        let mut known = self.settings.registered_in(self.place.country, self.at);
        known.any(|known| match known.region.as_deref() {
            Some(known) => Some(known) == region,
            None => !provincial,
        })
    }

    fn registration_rate(&self, place: &BuyerPlace<'_>) -> Option<Rate> {
        let known = self.settings.registered_in(place.country, self.at);
        let mut here = known.filter(|known| known.region.as_deref() == place.region);
        here.find_map(|known| known.rate_at(place.postal_code))
    }
}

/// An override's own name is that of the main tax.
fn renamed(mut taxes: Vec<PlaceTax>, name: Option<String>) -> Vec<PlaceTax> {
    if let (Some(first), Some(name)) = (taxes.first_mut(), name) {
        first.name = name;
    }
    taxes
}

/// Adds up: all lines of one rule and one set of rates are rounded together, once.
fn decided(sale: &TaxSale<'_>, rules: &[Rule]) -> TaxAnswer {
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
    let category = match rule.treatment.category() {
        Category::O => return None,
        known @ (Category::S | Category::Z | Category::E | Category::AE) => known,
    };
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
