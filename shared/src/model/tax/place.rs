//! Countries, and where a sale is for tax.

use crate::model::Invalid;
use std::{fmt, str::FromStr};

/// A country of ISO 3166-1, by its two letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// Where a buyer is, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuyerPlace<'a> {
    /// The country of the billing address.
    pub country: Country,
    /// The part of ISO 3166-2 behind the hyphen: `CA`, `QC`.
    pub region: Option<&'a str>,
    /// As typed, so spaces may stand around it; `None` when it is not known.
    pub postal_code: Option<&'a str>,
}

/// ISO 3166-1 alpha-2, in order.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
    BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ \
    DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP \
    GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI \
    KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP \
    MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX \
    SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU \
    WF WS YE YT ZA ZM ZW";

/// Members of the European Union: the prefix of their VAT ids. Greece's is `EL`.
const UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Postal codes of members that lie outside the union's VAT area, by their beginning.
const OUTSIDE_VAT_AREA: [(&str, &[&str]); 3] =
    [("ES", &["35", "38", "51", "52"]), ("DE", &["27498", "78266"]), ("IT", &["23041", "22061"])];

impl Country {
    /// Every code, in order.
    pub fn all() -> impl Iterator<Item = &'static str> {
        COUNTRIES.split_ascii_whitespace()
    }

    /// Two upper-case letters of ISO 3166-1.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }

    /// The country whose tax law holds here: France's in Monaco, Britain's on the Isle of Man.
    pub fn tax_territory(self) -> Self {
        match &self.0 {
            b"MC" => Self(*b"FR"),
            b"IM" => Self(*b"GB"),
            _ => self,
        }
    }

    /// Whether it belongs to the European Union for VAT.
    pub fn is_eu(self) -> bool {
        self.eu_prefix().is_some()
    }

    /// What its VAT ids begin with, for members of the European Union.
    pub fn eu_prefix(self) -> Option<&'static str> {
        let territory = self.tax_territory();
        let wanted = if territory.code() == "GR" { "EL" } else { territory.code() };
        UNION.into_iter().find(|prefix| *prefix == wanted)
    }
}

impl FromStr for Country {
    type Err = Invalid;

    /// Reads the two letters in any case; refuses what is no code of ISO 3166-1.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let unknown = || Invalid::new("must be an ISO 3166-1 code such as DE");
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| unknown())?;
        let country = Self(code.map(|byte| byte.to_ascii_uppercase()));
        let known = COUNTRIES.split_ascii_whitespace().any(|known| known == country.code());
        if known { Ok(country) } else { Err(unknown()) }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl BuyerPlace<'_> {
    /// Whether the postal code or region lies in a part of its country where no VAT of the country
    /// is due: the Canaries, Ceuta, Melilla, Heligoland, Büsingen, Livigno, Campione, Åland.
    pub fn is_outside_vat_area(&self) -> bool {
        let code = self.country.code();
        if code == "AX" || (code == "FI" && self.region == Some("01")) {
            return true;
        }
        let Some(postal) = self.postal_code.map(str::trim) else { return false };
        let prefixes = OUTSIDE_VAT_AREA.iter().filter(|(country, _)| *country == code);
        prefixes.flat_map(|(_, prefixes)| *prefixes).any(|prefix| postal.starts_with(prefix))
    }

    /// The region: as given, or as the postal code tells it, where the rates of a country depend on
    /// it (Canada's provinces; Madeira and the Azores).
    pub fn tax_region(&self) -> Option<&str> {
        if let Some(region) = self.region {
            return Some(region);
        }
        let postal = self.postal_code?.trim();
        match self.country.code() {
            "CA" => province(postal.chars().next()?.to_ascii_uppercase()),
            "PT" => match postal.get(..2)?.parse::<u8>().ok()? {
                90..=94 => Some("30"),
                95..=99 => Some("20"),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The province a Canadian postal code begins with; X serves two territories with one tax.
const fn province(letter: char) -> Option<&'static str> {
    Some(match letter {
        'A' => "NL",
        'B' => "NS",
        'C' => "PE",
        'E' => "NB",
        'G' | 'H' | 'J' => "QC",
        'K' | 'L' | 'M' | 'N' | 'P' => "ON",
        'R' => "MB",
        'S' => "SK",
        'T' => "AB",
        'V' => "BC",
        'X' => "NT",
        'Y' => "YT",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    #[test]
    fn countries_are_read_in_any_case_and_unknown_codes_are_refused() {
        assert_eq!(country("de").code(), "DE");
        for code in ["", "D", "DEU", "EU", "XX", "EL", "UK", "d3", "ＤＥ"] {
            assert!(code.parse::<Country>().is_err(), "{code}");
        }
        assert_eq!(COUNTRIES.split_ascii_whitespace().count(), 249);
        assert!(UNION.iter().all(|code| *code == "EL" || code.parse::<Country>().is_ok()));
    }

    #[test]
    fn small_territories_follow_their_neighbours() {
        assert!(country("MC").is_eu());
        assert_eq!(country("IM").tax_territory(), country("GB"));
        assert_eq!(country("GR").eu_prefix(), Some("EL"));
        assert!(!country("GB").is_eu() && !country("CH").is_eu());
    }

    #[test]
    fn parts_of_countries_lie_outside_their_vat_area() {
        for (code, region, postal, outside) in [
            ("ES", None, Some("35001"), true),
            ("ES", None, Some("28001"), false),
            ("DE", None, Some("27498"), true),
            ("IT", None, Some("22061"), true),
            ("FI", Some("01"), None, true),
            ("AX", None, None, true),
            ("DE", None, None, false),
        ] {
            let place = BuyerPlace { country: country(code), region, postal_code: postal };
            assert_eq!(place.is_outside_vat_area(), outside, "{place:?}");
        }
    }

    #[test]
    fn postal_codes_tell_provinces_and_islands() {
        let region = |code, postal| {
            let place =
                BuyerPlace { country: country(code), region: None, postal_code: Some(postal) };
            place.tax_region().map(str::to_owned)
        };
        assert_eq!(region("CA", "h2x 1y4"), Some("QC".into()));
        assert_eq!(region("PT", "9000-001"), Some("30".into()));
        assert_eq!(region("PT", "9500-001"), Some("20".into()));
        assert_eq!(region("PT", "1000-001"), None);
        assert_eq!(region("DE", "10115"), None);
    }
}
