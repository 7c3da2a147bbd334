//! The words of documents, in each language.

use crate::document::{Document, Kind, Language};

/// The words of one language.
pub struct Words {
    /// Title of an invoice.
    pub invoice: &'static str,
    /// Title of a credit note.
    pub credit_note: &'static str,
    /// Before the number.
    pub number: &'static str,
    /// Before the date of issue.
    pub issued_on: &'static str,
    /// Before the date of supply.
    pub supplied_on: &'static str,
    /// Before the date by which to pay.
    pub due_on: &'static str,
    /// Before the number of the invoice that a credit note takes back.
    pub of_invoice: &'static str,
    /// Heading of the seller.
    pub from: &'static str,
    /// Heading of the buyer.
    pub to: &'static str,
    /// Before a tax id.
    pub tax_id: &'static str,
    /// Before a number at the tax office.
    pub tax_number: &'static str,
    /// Before a number in a register of companies.
    pub registration: &'static str,
    /// Head of the column of what is sold.
    pub description: &'static str,
    /// Head of the column of how many.
    pub quantity: &'static str,
    /// Head of the column of the price of one.
    pub unit_price: &'static str,
    /// Head of the column of amounts.
    pub amount: &'static str,
    /// The sum without tax.
    pub subtotal: &'static str,
    /// Between a tax and its base: `VAT 19 % on EUR 100.00`.
    pub on: &'static str,
    /// The sum with tax.
    pub total: &'static str,
    /// What is left to pay.
    pub amount_due: &'static str,
    /// Tax that the buyer owes.
    pub reverse_charge: &'static str,
    /// What the buyer has to do about it.
    pub reverse_charge_note: &'static str,
    /// Before the reason of an exemption.
    pub exempt: &'static str,
    /// Goods taxed at zero.
    pub zero_rated: &'static str,
    /// No tax of the seller's.
    pub out_of_scope: &'static str,
    /// `{date}`, `{card}`.
    pub paid_by_card: &'static str,
    /// `{date}`.
    pub paid: &'static str,
    /// `{date}`, `{card}`.
    pub refunded_to_card: &'static str,
    /// `{date}`.
    pub refunded: &'static str,
    /// `{date}`.
    pub due: &'static str,
    /// A credit note that pays nothing back.
    pub set_off: &'static str,
    /// `{brand}`, `{last4}`.
    pub card: &'static str,
    /// `{page}`, `{pages}`.
    pub page: &'static str,
    /// What a document of test mode is not.
    pub not_an_invoice: &'static str,
}

const ENGLISH: Words = Words {
    invoice: "Invoice",
    credit_note: "Credit note",
    number: "Number",
    issued_on: "Issued",
    supplied_on: "Supplied",
    due_on: "Due",
    of_invoice: "For invoice",
    from: "From",
    to: "To",
    tax_id: "Tax ID",
    tax_number: "Tax number",
    registration: "Registration",
    description: "Description",
    quantity: "Quantity",
    unit_price: "Unit price",
    amount: "Amount",
    subtotal: "Subtotal",
    on: "on",
    total: "Total",
    amount_due: "Amount due",
    reverse_charge: "Reverse charge",
    reverse_charge_note: "The recipient of this supply is liable for the tax.",
    exempt: "Exempt from tax",
    zero_rated: "Zero-rated",
    out_of_scope: "Not subject to tax",
    paid_by_card: "Paid on {date} by {card}.",
    paid: "Paid on {date}.",
    refunded_to_card: "Refunded on {date} to {card}.",
    refunded: "Refunded on {date}.",
    due: "Please pay by {date}.",
    set_off: "Set off against what is owed; nothing is paid out.",
    card: "{brand} ending {last4}",
    page: "Page {page} of {pages}",
    not_an_invoice: "Made in test mode: this is not an invoice.",
};

const GERMAN: Words = Words {
    invoice: "Rechnung",
    credit_note: "Rechnungskorrektur",
    number: "Nummer",
    issued_on: "Ausgestellt",
    supplied_on: "Leistungsdatum",
    due_on: "Fällig",
    of_invoice: "Zu Rechnung",
    from: "Von",
    to: "An",
    tax_id: "USt-IdNr.",
    tax_number: "Steuernummer",
    registration: "Register",
    description: "Beschreibung",
    quantity: "Menge",
    unit_price: "Einzelpreis",
    amount: "Betrag",
    subtotal: "Nettobetrag",
    on: "auf",
    total: "Gesamtbetrag",
    amount_due: "Offener Betrag",
    reverse_charge: "Steuerschuldnerschaft des Leistungsempfängers",
    reverse_charge_note: "Reverse charge: Der Empfänger dieser Leistung schuldet die Steuer.",
    exempt: "Steuerbefreit",
    zero_rated: "Nullsatz",
    out_of_scope: "Nicht steuerbar",
    paid_by_card: "Bezahlt am {date} mit {card}.",
    paid: "Bezahlt am {date}.",
    refunded_to_card: "Erstattet am {date} auf {card}.",
    refunded: "Erstattet am {date}.",
    due: "Bitte zahlen Sie bis {date}.",
    set_off: "Wird mit offenen Forderungen verrechnet; es wird nichts ausgezahlt.",
    card: "{brand} (Endziffern {last4})",
    page: "Seite {page} von {pages}",
    not_an_invoice: "Im Testmodus erstellt: Dies ist keine Rechnung.",
};

const FRENCH: Words = Words {
    invoice: "Facture",
    credit_note: "Avoir",
    number: "Numéro",
    issued_on: "Émise le",
    supplied_on: "Prestation le",
    due_on: "Échéance",
    of_invoice: "Sur facture",
    from: "De",
    to: "À",
    tax_id: "N° TVA",
    tax_number: "N° fiscal",
    registration: "N° d’immatriculation",
    description: "Désignation",
    quantity: "Quantité",
    unit_price: "Prix unitaire",
    amount: "Montant",
    subtotal: "Total hors taxes",
    on: "sur",
    total: "Total TTC",
    amount_due: "Reste à payer",
    reverse_charge: "Autoliquidation",
    reverse_charge_note: "La taxe est due par le preneur de la prestation.",
    exempt: "Exonéré de taxe",
    zero_rated: "Taux zéro",
    out_of_scope: "Hors champ de la taxe",
    paid_by_card: "Payé le {date} par {card}.",
    paid: "Payé le {date}.",
    refunded_to_card: "Remboursé le {date} sur {card}.",
    refunded: "Remboursé le {date}.",
    due: "À payer avant le {date}.",
    set_off: "Imputé sur les sommes dues ; rien n’est remboursé.",
    card: "{brand} se terminant par {last4}",
    page: "Page {page} sur {pages}",
    not_an_invoice: "Créé en mode test : ceci n’est pas une facture.",
};

const SPANISH: Words = Words {
    invoice: "Factura",
    credit_note: "Factura rectificativa",
    number: "Número",
    issued_on: "Emitida",
    supplied_on: "Fecha de prestación",
    due_on: "Vencimiento",
    of_invoice: "De la factura",
    from: "De",
    to: "Para",
    tax_id: "NIF-IVA",
    tax_number: "N.º fiscal",
    registration: "N.º de registro",
    description: "Descripción",
    quantity: "Cantidad",
    unit_price: "Precio unitario",
    amount: "Importe",
    subtotal: "Base imponible",
    on: "sobre",
    total: "Total",
    amount_due: "Importe pendiente",
    reverse_charge: "Inversión del sujeto pasivo",
    reverse_charge_note: "El destinatario de la operación debe declarar el impuesto.",
    exempt: "Exento de impuesto",
    zero_rated: "Tipo cero",
    out_of_scope: "No sujeto a impuesto",
    paid_by_card: "Pagado el {date} con {card}.",
    paid: "Pagado el {date}.",
    refunded_to_card: "Reembolsado el {date} a {card}.",
    refunded: "Reembolsado el {date}.",
    due: "Pagar antes del {date}.",
    set_off: "Se compensa con lo adeudado; no se devuelve ningún importe.",
    card: "{brand} terminada en {last4}",
    page: "Página {page} de {pages}",
    not_an_invoice: "Creado en modo de prueba: esto no es una factura.",
};

impl Language {
    /// Its words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Spanish => &SPANISH,
        }
    }
}

impl Document {
    /// The words of its language.
    pub(crate) const fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// `Invoice`, `Credit note` in its language.
    pub(crate) const fn title(&self) -> &'static str {
        match self.kind {
            Kind::Invoice => self.words().invoice,
            Kind::CreditNote { .. } => self.words().credit_note,
        }
    }
}
