//! What a document says, as plain values. Whoever keeps the records maps them to these.

/// An invoice or a credit note. Amounts are minor units of [`Document::currency`] and never
/// negative: a credit note states positive amounts and its title says which way they go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Which of the two, and what a credit note takes back.
    pub kind: Kind,
    /// The record's id; it becomes the file's identifier, so that no randomness is needed.
    pub id: String,
    /// Its number: `INV-000044`.
    pub number: String,
    /// The civil date of issue.
    pub issued_on: Date,
    /// The civil date of supply, where it is another than the issue's, or the same.
    pub supplied_on: Date,
    /// Who sells.
    pub seller: Seller,
    /// Who buys.
    pub buyer: Buyer,
    /// What all amounts are in.
    pub currency: Currency,
    /// What is sold; at least one.
    pub lines: Vec<Line>,
    /// Each tax with its base; empty where no tax is spoken of.
    pub tax_lines: Vec<TaxLine>,
    /// What was decided about tax.
    pub treatment: Treatment,
    /// Sum of the lines, without tax.
    pub subtotal: i64,
    /// Sum of the tax lines.
    pub tax: i64,
    /// Subtotal and tax.
    pub total: i64,
    /// How it is, or is to be, settled.
    pub settlement: Settlement,
    /// The seller's words to the buyer about this sale: a memo, the reason of a credit note.
    pub note: Option<String>,
    /// The seller's standing words, at the end of the document.
    pub footer: Option<String>,
    /// Language of the labels.
    pub language: Language,
    /// Size of the pages.
    pub page: Page,
    /// Whether it is of test mode, which makes it no invoice and says so across each page.
    pub test_mode: bool,
}

/// Invoice or credit note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// UNTDID 1001: 380.
    Invoice,
    /// UNTDID 1001: 381.
    CreditNote {
        /// The invoice it takes back, wholly or in part; `None` for a credit that stands alone.
        invoice: Option<Reference>,
    },
}

/// Another document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its number.
    pub number: String,
    /// Its civil date of issue.
    pub issued_on: Date,
}

/// A civil date. Written as `2026-11-26` everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// Who sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    /// The tenant's id (BT-29).
    pub id: String,
    /// The legal name (BT-27).
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Its well-formed tax id (BT-31), with or without the country's prefix.
    pub tax_id: Option<String>,
    /// Its number in a register of companies (BT-30).
    pub registration_number: Option<String>,
    /// Its number at the tax office (BT-32).
    pub tax_number: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its web site.
    pub website: Option<String>,
}

/// Who buys. One of company, name and e-mail is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// The company (BT-44, where there is one).
    pub company: Option<String>,
    /// The person's name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Where it is, as far as that is known.
    pub address: Address,
    /// Its tax id, as it was understood.
    pub tax_id: Option<TaxId>,
}

/// A tax id and whether to believe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxId {
    /// As it is printed.
    pub value: String,
    /// Whether form and check digits are right. Only then does the XML carry it.
    pub well_formed: bool,
}

/// An address, each part where it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Street and number.
    pub line1: Option<String>,
    /// Floor, building.
    pub line2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: Option<String>,
}

/// A currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    /// ISO 4217, upper case.
    pub code: [u8; 3],
    /// Decimals of the currency, 0 to 4.
    pub decimals: u32,
}

/// Something sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub description: String,
    /// How many, at least 1.
    pub quantity: i64,
    /// Minor units of one, without tax.
    pub unit_amount: i64,
    /// Minor units of all, without tax.
    pub amount: i64,
}

/// A tax and what it is taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// What it is called, and who levies it: `VAT`, `DE`; `GST`, `CA`.
    pub name: String,
    /// Who levies it.
    pub jurisdiction: String,
    /// A percentage as a decimal text: `19`, `9.975`.
    pub rate: String,
    /// Minor units it is taken of.
    pub taxable: i64,
    /// Minor units.
    pub tax: i64,
}

/// What was decided about tax. It decides the category of EN 16931 and the words on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Treatment {
    /// Category S.
    Taxed,
    /// Category AE: the buyer owes the tax.
    ReverseCharge,
    /// Category E, for a reason that is printed.
    Exempt {
        /// Why.
        reason: String,
    },
    /// Category Z.
    ZeroRated,
    /// Category O: nobody collects tax.
    NotCollected,
    /// Category O: no tax that the seller is registered for.
    OutOfScope,
}

/// How a document is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// An invoice was paid, a credit note was paid back.
    Paid {
        /// When.
        on: Date,
        /// With which card; `None` where it was settled outside.
        card: Option<Card>,
    },
    /// It is still to be paid.
    Due {
        /// By when.
        on: Date,
    },
    /// A credit note that is set off against its invoice, or the next one; nothing is paid back.
    SetOff,
}

/// A card, as far as a document may show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// As people write it: `Visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
}

/// Language of the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

/// Size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Page {
    /// 210 by 297 mm.
    A4,
    /// 8.5 by 11 inches: for sellers in the United States and Canada.
    Letter,
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Currency {
    /// The code as text.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// Its code of ISO 639-1.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }
}

impl Page {
    /// The size for a seller's country.
    pub fn for_seller_in(country: &str) -> Self {
        if matches!(country, "US" | "CA") { Self::Letter } else { Self::A4 }
    }
}

impl Buyer {
    /// What it is called: company, else name, else e-mail address (BT-44).
    pub fn called(&self) -> &str {
        let names = [&self.company, &self.name, &self.email];
        names.into_iter().flatten().next().map_or("", String::as_str)
    }
}
