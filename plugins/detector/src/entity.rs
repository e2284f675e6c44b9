//! What is found, and where.

/// What kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The number of an order.
    Order,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A bank account (ISO 13616) whose check digits are right.
    Iban,
    /// A payment card (ISO/IEC 7812) whose check digit is right.
    Card,
    /// A date.
    Date,
    /// An amount of money.
    Amount,
    /// A product of the settings.
    Product,
}

impl Kind {
    /// All of them, in the order of the signals.
    pub const ALL: [Self; 8] = [Self::Order, Self::Email, Self::Phone, Self::Iban, Self::Card, Self::Date, Self::Amount, Self::Product];

    /// As settings name it; the signal is `entity-` with it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Date => "date",
            Self::Amount => "amount",
            Self::Product => "product",
        }
    }

    /// Nobody but the bank has to see it whole.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Iban | Self::Card)
    }
}

/// One thing in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub kind: Kind,
    /// First byte in the text.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// One spelling of it: a date in ISO 8601, an amount as number and ISO 4217 code (`1299.00 EUR`), a phone number in E.164 where the country
    /// is known, an account's country, a card's scheme, the product's name in the settings, else letters and digits in capitals. Addresses in
    /// small letters.
    pub normal: String,
}

impl Entity {
    /// In the customer's words; of accounts and cards only the last four characters, the others as `*`.
    #[must_use]
    pub fn shown(&self, text: &str) -> String {
        let said = text.get(self.start..self.end).unwrap_or_default();
        if !self.kind.is_secret() {
            return said.to_owned();
        }
        let letters: Vec<char> = said.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let open = letters.len().saturating_sub(4);
        letters.iter().enumerate().map(|(at, letter)| if at < open { '*' } else { *letter }).collect()
    }
}
