//! Settings of tax in requests and answers. Both surfaces have the same members, one in camelCase
//! and one in snake_case, so that bodies and views are written once and named twice.

/// A list of objects as one member of a body, with a length of its own.
macro_rules! list_member {
    ($(#[$doc:meta])* $list:ident of $entry:ident up to $most:path) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $list(pub Vec<$entry>);

        impl crate::http::body::BodyMember for $list {
            fn take(fields: &mut crate::http::body::Fields, name: &'static str) -> Option<Self> {
                fields.take_objects_up_to($most, name).map(Self)
            }

            fn take_list(
                fields: &mut crate::http::body::Fields,
                name: &'static str,
            ) -> Option<Vec<Self>> {
                fields.problem(name, "must be one list");
                None
            }

            fn member_schema() -> serde_json::Value {
                let mut list = crate::http::body::schema_of_objects::<$entry>();
                if let Some(list) = list.as_object_mut() {
                    list.insert("maxItems".to_owned(), $most.into());
                }
                list
            }

            fn list_schema() -> serde_json::Value {
                Self::member_schema()
            }

            fn member_meaning(&self) -> String {
                crate::http::body::meaning_of_list(&self.0)
            }
        }
    };
}

/// Makes the bodies and views of a surface: the kind of a line of text, and the case of names where
/// they are not the fields' own.
macro_rules! tax_settings {
    ($text:ident $(, $case:literal)?) => {
        /// A postal address.
        #[derive(derive::Body)]
        #[body($(rename_all = $case,)? check = region_of_country(region, country))]
        pub struct TaxAddressBody {
            /// Street and number.
            pub line1: $text<1, 200>,
            /// Floor, flat, department.
            pub line2: Option<$text<0, 200>>,
            /// The town.
            pub city: $text<1, 100>,
            /// State or province, as it is written on letters.
            pub state: Option<$text<0, 100>>,
            /// As it is written on letters.
            pub postal_code: $text<1, 20>,
            /// ISO 3166-1, two letters in any case.
            pub country: crate::http::tax_fields::CountryName,
            /// The part of ISO 3166-2 behind the hyphen: `CA`, `QC`.
            pub region: Option<$text<0, 20>>,
        }

        /// The company that sells.
        #[derive(derive::Body)]
        $(#[body(rename_all = $case)])?
        pub struct TaxSellerBody {
            /// The registered name.
            pub legal_name: $text<1, 200>,
            /// Where the seller is established.
            pub address: TaxAddressBody,
            /// The tax id there; its form and check digits are checked where the country has a
            /// rule.
            pub tax_id: Option<$text<1, 64>>,
            /// In the register of companies.
            pub registration_number: Option<$text<0, 64>>,
            /// With the tax office.
            pub tax_number: Option<$text<0, 64>>,
            /// On invoices.
            pub email: Option<crate::http::field::Email>,
            /// On invoices.
            pub website: Option<crate::http::field::WebUrl>,
        }

        /// A rate for postal codes that begin like this.
        #[derive(derive::Body)]
        $(#[body(rename_all = $case)])?
        pub struct PostalRateBody {
            /// How they begin; the longest that fits counts.
            pub prefix: $text<1, 20>,
            /// The rate in percent.
            pub rate: crate::http::tax_fields::RateText,
        }

        /// Where tax is collected.
        #[derive(derive::Body)]
        #[body($(rename_all = $case,)? check = region_of_country(region, country))]
        pub struct TaxRegistrationBody {
            /// The country that taxes.
            pub country: crate::http::tax_fields::CountryName,
            /// Its region; required in the United States.
            pub region: Option<$text<0, 20>>,
            /// `standard`, `oss` (the European Union's one-stop shop) or `simplified`.
            #[body(default = crate::http::tax_fields::Name(
                crate::model::tax::settings::Scheme::Standard
            ))]
            pub scheme: Option<
                crate::http::tax_fields::Name<crate::model::tax::settings::Scheme>
            >,
            /// Your id there.
            pub tax_id: Option<$text<1, 64>>,
            /// Since when; always, when absent.
            pub from: Option<crate::model::Time>,
            /// Until when, that moment excluded; open, when absent.
            pub to: Option<crate::model::Time>,
            /// Percent, where the table has none; required in the United States.
            pub rate: Option<crate::http::tax_fields::RateText>,
            /// Rates by postal code, in the United States.
            pub postal_rates: Option<Vec<PostalRateBody>>,
        }

        /// An own rule for a tax code: a rate, a class or a treatment.
        #[derive(derive::Body)]
        #[body(
            $(rename_all = $case,)?
            check = region_of_country_if_any(region, country),
            check = one_effect(tax_code, rate, class, treatment)
        )]
        pub struct TaxOverrideBody {
            /// The code it is about.
            pub tax_code: crate::http::tax_fields::TaxCode,
            /// Where; everywhere, when absent.
            pub country: Option<crate::http::tax_fields::CountryName>,
            /// In which region; in all, when absent.
            pub region: Option<$text<0, 20>>,
            /// The rate in percent.
            pub rate: Option<crate::http::tax_fields::RateText>,
            /// The place's own rate of a class.
            pub class: Option<
                crate::http::tax_fields::Name<crate::model::tax::rates::RateClass>
            >,
            /// `exempt` or `zero`.
            pub treatment: Option<
                crate::http::tax_fields::Name<crate::http::tax_fields::Untaxed>
            >,
            /// What the tax is called there.
            pub name: Option<$text<1, 40>>,
            /// Since when; always, when absent.
            pub from: Option<crate::model::Time>,
        }

        crate::http::tax_settings::list_member! {
            /// Where tax is collected.
            TaxRegistrations of TaxRegistrationBody
                up to crate::model::tax::settings::MAX_REGISTRATIONS
        }

        crate::http::tax_settings::list_member! {
            /// Own rules, more than other lists of objects may have.
            TaxOverrides of TaxOverrideBody up to crate::model::tax::settings::MAX_OVERRIDES
        }

        fn region_of_country(
            region: Option<&$text<0, 20>>,
            country: &crate::http::tax_fields::CountryName,
        ) -> ::core::result::Result<(), crate::model::Invalid> {
            region_of(region, country.0).map(|_| ())
        }

        fn region_of_country_if_any(
            region: Option<&$text<0, 20>>,
            country: Option<&crate::http::tax_fields::CountryName>,
        ) -> ::core::result::Result<(), crate::model::Invalid> {
            let country = country.map(|country| country.0);
            let text = region.map(|text| text.0.as_str());
            crate::model::address::region_if_any(country, text).map(|_| ())
        }

        /// A region of a country, as it is kept.
        fn region_of(
            region: Option<&$text<0, 20>>,
            country: crate::model::tax::place::Country,
        ) -> ::core::result::Result<Option<String>, crate::model::Invalid> {
            let text = region.map(|text| text.0.as_str()).unwrap_or_default();
            crate::model::address::region(country, text)
        }

        fn one_effect(
            _: &crate::http::tax_fields::TaxCode,
            rate: Option<&crate::http::tax_fields::RateText>,
            class: Option<&crate::http::tax_fields::Name<crate::model::tax::rates::RateClass>>,
            treatment: Option<
                &crate::http::tax_fields::Name<crate::http::tax_fields::Untaxed>
            >,
        ) -> ::core::result::Result<(), crate::model::Invalid> {
            match [rate.is_some(), class.is_some(), treatment.is_some()] {
                [true, false, false] | [false, true, false] | [false, false, true] => Ok(()),
                _ => Err(crate::model::Invalid::new("needs one of rate, class and treatment")),
            }
        }

        impl TaxAddressBody {
            /// The address.
            pub fn address(self) -> crate::model::address::Address {
                let some = |text: String| Some(text).filter(|text| !text.is_empty());
                let country = self.country.0;
                crate::model::address::Address {
                    region: region_of(self.region.as_ref(), country).unwrap_or_default(),
                    line1: self.line1.0,
                    line2: self.line2.and_then(|text| some(text.0)),
                    city: self.city.0,
                    state: self.state.and_then(|text| some(text.0)),
                    postal_code: self.postal_code.0,
                    country,
                }
            }
        }

        impl TaxSellerBody {
            /// The company that sells.
            pub fn seller(self) -> crate::model::tax::settings::SellerDetails {
                let some = |text: String| Some(text).filter(|text| !text.is_empty());
                let address = self.address.address();
                let tax_id = self.tax_id.map(|id| {
                    crate::model::tax::tax_id::TaxId::read(address.country, &id.0).value
                });
                crate::model::tax::settings::SellerDetails {
                    legal_name: self.legal_name.0,
                    address,
                    tax_id,
                    registration_number: self.registration_number.and_then(|text| some(text.0)),
                    tax_number: self.tax_number.and_then(|text| some(text.0)),
                    email: self.email.map(|email| email.0),
                    website: self.website.map(|url| url.0),
                }
            }
        }

        impl TaxRegistrationBody {
            /// The registration.
            pub fn registration(self) -> crate::model::tax::settings::Registration {
                let country = self.country.0;
                let postal = self.postal_rates.unwrap_or_default();
                crate::model::tax::settings::Registration {
                    country,
                    region: region_of(self.region.as_ref(), country).unwrap_or_default(),
                    scheme: self.scheme.map_or(
                        crate::model::tax::settings::Scheme::Standard,
                        |scheme| scheme.0,
                    ),
                    tax_id: self.tax_id.map(|id| id.0),
                    from: self.from,
                    until: self.to,
                    rate: self.rate.map(|rate| rate.0),
                    postal_rates: (postal.into_iter())
                        .map(|one| (one.prefix.0, one.rate.0))
                        .collect(),
                }
            }
        }

        impl TaxOverrideBody {
            /// The rule; `one_effect` has seen that it has one effect.
            pub fn rule(self) -> crate::model::tax::settings::Override {
                use crate::{http::tax_fields::Untaxed, model::tax::settings::OverrideEffect};
                let country = self.country.map(|country| country.0);
                let region = match country {
                    Some(country) => region_of(self.region.as_ref(), country).unwrap_or_default(),
                    None => self.region.map(|region| region.0),
                };
                let treatment = self.treatment.map(|treatment| match treatment.0 {
                    Untaxed::Exempt => OverrideEffect::Exempt,
                    Untaxed::Zero => OverrideEffect::Zero,
                });
                let rate = self.rate.map(|rate| OverrideEffect::Rate(rate.0));
                let class = self.class.map(|class| OverrideEffect::Class(class.0));
                crate::model::tax::settings::Override {
                    tax_code: self.tax_code.0,
                    country,
                    region,
                    effect: rate.or(class).or(treatment).unwrap_or(OverrideEffect::Exempt),
                    name: self.name.map(|name| name.0),
                    from: self.from,
                }
            }
        }

        /// A postal address.
        #[derive(derive::View)]
        $(#[view(rename_all = $case)])?
        pub struct TaxAddressView {
            /// Street and number.
            pub line1: String,
            /// Floor, flat, department.
            pub line2: Option<String>,
            /// The town.
            pub city: String,
            /// State or province, as it is written on letters.
            pub state: Option<String>,
            /// As it is written on letters.
            pub postal_code: String,
            /// The country's two letters, as in ISO 3166-1.
            pub country: String,
            /// The part of ISO 3166-2 behind the hyphen.
            pub region: Option<String>,
        }

        /// The company that sells.
        #[derive(derive::View)]
        $(#[view(rename_all = $case)])?
        pub struct TaxSellerView {
            /// The registered name.
            pub legal_name: String,
            /// Where the seller is established.
            pub address: TaxAddressView,
            /// The tax id there, as it was understood.
            pub tax_id: Option<String>,
            /// In the register of companies.
            pub registration_number: Option<String>,
            /// With the tax office.
            pub tax_number: Option<String>,
            /// On invoices.
            pub email: Option<String>,
            /// On invoices.
            pub website: Option<String>,
        }

        /// A rate for postal codes that begin like this.
        #[derive(derive::View)]
        $(#[view(rename_all = $case)])?
        pub struct PostalRateView {
            /// How they begin.
            pub prefix: String,
            /// The rate in percent.
            pub rate: String,
        }

        /// Where tax is collected.
        #[derive(derive::View)]
        $(#[view(rename_all = $case)])?
        pub struct TaxRegistrationView {
            /// The country that taxes.
            pub country: String,
            /// Its region.
            pub region: Option<String>,
            /// `standard`, `oss` or `simplified`.
            pub scheme: &'static str,
            /// Your id there.
            pub tax_id: Option<String>,
            /// Since when, RFC 3339; null: always.
            pub from: Option<String>,
            /// Until when, that moment excluded; null: open.
            pub to: Option<String>,
            /// Percent, where the table has none.
            pub rate: Option<String>,
            /// Rates by postal code.
            pub postal_rates: Vec<PostalRateView>,
        }

        /// An own rule for a tax code.
        #[derive(derive::View)]
        $(#[view(rename_all = $case)])?
        pub struct TaxOverrideView {
            /// The code it is about.
            pub tax_code: String,
            /// Where; null: everywhere.
            pub country: Option<String>,
            /// In which region; null: in all.
            pub region: Option<String>,
            /// The rate in percent.
            pub rate: Option<String>,
            /// The place's own rate of a class.
            pub class: Option<&'static str>,
            /// `exempt` or `zero`.
            pub treatment: Option<&'static str>,
            /// What the tax is called there.
            pub name: Option<String>,
            /// Since when, RFC 3339; null: always.
            pub from: Option<String>,
        }

        fn seller_view(seller: &crate::model::tax::settings::SellerDetails) -> TaxSellerView {
            let address = &seller.address;
            TaxSellerView {
                legal_name: seller.legal_name.clone(),
                address: TaxAddressView {
                    line1: address.line1.clone(),
                    line2: address.line2.clone(),
                    city: address.city.clone(),
                    state: address.state.clone(),
                    postal_code: address.postal_code.clone(),
                    country: address.country.code().to_owned(),
                    region: address.region.clone(),
                },
                tax_id: seller.tax_id.clone(),
                registration_number: seller.registration_number.clone(),
                tax_number: seller.tax_number.clone(),
                email: seller.email.clone(),
                website: seller.website.clone(),
            }
        }

        fn registration_view(
            one: &crate::model::tax::settings::Registration,
            time: fn(crate::model::Time) -> String,
        ) -> TaxRegistrationView {
            let postal = one.postal_rates.iter().map(|(prefix, rate)| PostalRateView {
                prefix: prefix.clone(),
                rate: rate.to_string(),
            });
            TaxRegistrationView {
                country: one.country.code().to_owned(),
                region: one.region.clone(),
                scheme: one.scheme.as_str(),
                tax_id: one.tax_id.clone(),
                from: one.from.map(time),
                to: one.until.map(time),
                rate: one.rate.map(|rate| rate.to_string()),
                postal_rates: postal.collect(),
            }
        }

        fn override_view(
            rule: &crate::model::tax::settings::Override,
            time: fn(crate::model::Time) -> String,
        ) -> TaxOverrideView {
            use crate::model::tax::settings::OverrideEffect;
            let (rate, class, treatment) = match rule.effect {
                OverrideEffect::Rate(rate) => (Some(rate.to_string()), None, None),
                OverrideEffect::Class(class) => (None, Some(class.as_str()), None),
                OverrideEffect::Exempt => (None, None, Some("exempt")),
                OverrideEffect::Zero => (None, None, Some("zero")),
            };
            TaxOverrideView {
                tax_code: rule.tax_code.clone(),
                country: rule.country.map(|country| country.code().to_owned()),
                region: rule.region.clone(),
                rate,
                class,
                treatment,
                name: rule.name.clone(),
                from: rule.from.map(time),
            }
        }
    };
}

pub(crate) use {list_member, tax_settings};
