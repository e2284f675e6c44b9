//! What the operator can set.

use pointsman_plugin::Problem;
use serde_json::Value;
use settings::{Fields, Findings, named};
use words::{Phrases, fold, words_of};

use crate::entity::Kind;
use crate::pattern::Pattern;
use crate::phone::Region;

/// Everything that `configure` prepares.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is looked for.
    pub kinds: Vec<Kind>,
    /// Forms of order numbers, found wherever they stand.
    pub order_patterns: Vec<Pattern>,
    /// Words before an order's number, folded, beside those that are known.
    pub order_words: Vec<String>,
    /// Countries whose national phone numbers are known, the likeliest first.
    pub regions: Vec<Region>,
    /// `03/04` is the fourth of March; none: where the channel says `en-US`.
    pub month_first: Option<bool>,
    /// Names of products, each with the name to report.
    pub products: Phrases<Box<str>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            order_patterns: Vec::new(),
            order_words: Vec::new(),
            regions: Region::ALL.map(|(_, region)| region).to_vec(),
            month_first: None,
            products: Phrases::default(),
        }
    }
}

impl Options {
    /// Most patterns, and most words, for orders.
    pub const ORDER_FORMS_MAX: usize = 64;
    /// Most names of products, other spellings included.
    pub const PRODUCTS_MAX: usize = 20_000;

    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(value: &Value) -> Result<Self, Vec<Problem>> {
        let mut findings = Findings::default();
        let mut options = Self::default();
        if let Some(fields) = Fields::of(value, "", &mut findings) {
            options.read_kinds(&fields, &mut findings);
            options.read_orders(&fields, &mut findings);
            options.read_regions(&fields, &mut findings);
            options.month_first = fields.flag("month_first", &mut findings);
            options.read_products(&fields, &mut findings);
            fields.finish(&mut findings);
        }
        findings.or(options)
    }

    /// This kind is looked for.
    #[must_use]
    pub fn finds(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The regions, that of the language first.
    #[must_use]
    pub fn regions_for(&self, language: &str) -> Vec<Region> {
        let own = match language.split(['-', '_']).next().unwrap_or_default() {
            "fr" => Some(Region::Fr),
            "de" => Some(Region::De),
            "en" if language.eq_ignore_ascii_case("en-us") => Some(Region::Us),
            "en" => Some(Region::Gb),
            _ => None,
        };
        let mut regions = self.regions.clone();
        regions.sort_by_key(|region| Some(*region) != own);
        regions
    }

    fn read_kinds(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(names) = fields.texts("kinds", findings) else { return };
        let table = Kind::ALL.map(|kind| (kind.name(), kind));
        self.kinds = names.iter().filter_map(|(path, name)| named(&table, "kind", name, path, findings)).collect();
    }

    fn read_orders(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(orders) = fields.fields("orders", findings) else { return };
        for (path, text) in orders.texts("patterns", findings).unwrap_or_default() {
            match Pattern::read(text) {
                Ok(pattern) => self.order_patterns.push(pattern),
                Err(why) => findings.add(
                    &path,
                    format!("`{text}` is no pattern. {why}"),
                    "`#` is a digit, `@` a letter, `?` either, `+` behind them any more of them: `CMD-######`.",
                ),
            }
        }
        for (path, text) in orders.texts("words", findings).unwrap_or_default() {
            match words_of(text).as_slice() {
                [_] => self.order_words.push(fold(text)),
                _ => findings.add(&path, format!("`{text}` is not one word."), "Write the word that stands before the number."),
            }
        }
        for (name, count) in [("patterns", self.order_patterns.len()), ("words", self.order_words.len())] {
            if count > Self::ORDER_FORMS_MAX {
                findings.add(&orders.path(name), format!("{count} are too many."), format!("At most {}.", Self::ORDER_FORMS_MAX));
            }
        }
        orders.finish(findings);
    }

    fn read_regions(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let Some(names) = fields.texts("phone_regions", findings) else { return };
        self.regions = names.iter().filter_map(|(path, name)| named(&Region::ALL, "region", name, path, findings)).collect();
    }

    fn read_products(&mut self, fields: &Fields<'_>, findings: &mut Findings) {
        let mut count = 0;
        for (path, value) in fields.list("products", findings) {
            if let Some(name) = value.as_str() {
                self.add_product(name, name, &path, findings);
                count += 1;
                continue;
            }
            let Some(product) = Fields::of(value, &path, findings) else { continue };
            let also = product.texts("also", findings).unwrap_or_default();
            if let Some(name) = product.required_text("name", findings) {
                self.add_product(name, name, &product.path("name"), findings);
                count += 1 + also.len();
                also.iter().for_each(|(path, other)| self.add_product(other, name, path, findings));
            }
            product.finish(findings);
        }
        if count > Self::PRODUCTS_MAX {
            findings.add("/products", format!("{count} names are too many."), format!("At most {}.", Self::PRODUCTS_MAX));
        }
    }

    fn add_product(&mut self, spelling: &str, name: &str, path: &str, findings: &mut Findings) {
        if !self.products.insert(&spelling.to_ascii_lowercase(), name.into()) {
            findings.add(path, format!("`{spelling}` has no word in it."), "Write the product's name; `*` stands for any ending.");
        }
    }
}
