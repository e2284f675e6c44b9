//! A header section, line by line: names in lower case, values unfolded but otherwise raw.

/// The fields of a header section, in order.
#[derive(Debug, Default)]
pub(crate) struct Headers {
    fields: Vec<(String, String)>,
}

impl Headers {
    /// Reads fields up to the first empty line; what is no field is passed over.
    pub(crate) fn scan(bytes: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut started = false;
        for line in bytes.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                if started {
                    break;
                }
                continue;
            }
            started = true;
            let text = String::from_utf8_lossy(line);
            if text.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut().filter(|(_, value)| value.len() < VALUE_BYTES_MAX) {
                    value.push(' ');
                    value.push_str(text.trim());
                }
                continue;
            }
            if let Some((name, value)) = text.split_once(':') {
                let name = name.trim_end();
                if !name.is_empty() && !name.contains(char::is_whitespace) && fields.len() < FIELDS_MAX {
                    fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
                }
            }
        }
        Self { fields }
    }

    /// The first field of this name (lower case).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All fields of this name, in order.
    pub(crate) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is a field of this name that says something other than `no`.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty() && !value.eq_ignore_ascii_case("no"))
    }

    /// Fields of this name.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// No field at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

const FIELDS_MAX: usize = 2_000;
const VALUE_BYTES_MAX: usize = 64 << 10;
