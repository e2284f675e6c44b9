use std::fmt;

use crate::coding::Decoder;
use crate::table::Table;
use crate::vocabulary::Vocabulary;

/// What a file of a model begins with.
pub(crate) const MAGIC: [u8; 4] = *b"pmm1";
/// Largest table, in cells.
const CELLS_MAX: usize = 32 << 20;

/// A model: named tables, lists of numbers and vocabularies.
///
/// In a file, after `pmm1`: sections until the end, each with kind (1 byte: 0 table, 1 numbers, 2 vocabulary, 3 rounded numbers), length of the name (1 byte), the name; a table:
/// rows (4 bytes), columns (2 bytes), scale (4 bytes, IEEE 754), length (4 bytes) and the cells, coded;
/// numbers: how many (4 bytes), and 4 bytes for each; rounded ones: how many (4 bytes), scale (4 bytes), and 1 byte for each; a vocabulary: how many (4 bytes), length (4 bytes) and the distances between the sorted
/// hashes, Rice-coded. Little-endian.
#[derive(Clone, Debug, Default)]
pub struct Model {
    // A handful: a list is searched as quickly as a map, and takes a tenth of the code.
    sections: Vec<(String, Section)>,
}

#[derive(Clone, Debug)]
enum Section {
    Table(Table),
    Numbers(Vec<f32>),
    Vocabulary(Vocabulary),
}

/// The bytes are no model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError(String);

impl fmt::Display for ModelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the model cannot be read: {}", self.0)
    }
}

impl std::error::Error for ModelError {}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut rest = Rest(bytes);
        if rest.take(4)? != MAGIC {
            return Err(ModelError("it does not begin as one".to_owned()));
        }
        let mut model = Self::default();
        while !rest.0.is_empty() {
            let kind = rest.byte()?;
            let length = usize::from(rest.byte()?);
            let name = String::from_utf8_lossy(rest.take(length)?).into_owned();
            let section = match kind {
                0 => Section::Table(rest.table()?),
                1 => Section::Numbers(rest.numbers()?),
                2 => Section::Vocabulary(rest.vocabulary()?),
                3 => Section::Numbers(rest.rounded()?),
                _ => return Err(ModelError(format!("`{name}` is of an unknown kind"))),
            };
            model.sections.push((name, section));
        }
        Ok(model)
    }

    /// The table of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn table(&self, name: &str) -> Result<&Table, ModelError> {
        match self.section(name) {
            Some(Section::Table(table)) => Ok(table),
            _ => Err(ModelError(format!("it has no table `{name}`"))),
        }
    }

    /// The vocabulary of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn vocabulary(&self, name: &str) -> Result<&Vocabulary, ModelError> {
        match self.section(name) {
            Some(Section::Vocabulary(vocabulary)) => Ok(vocabulary),
            _ => Err(ModelError(format!("it has no vocabulary `{name}`"))),
        }
    }

    /// The numbers of this name; empty when there are none.
    #[must_use]
    pub fn numbers(&self, name: &str) -> &[f32] {
        match self.section(name) {
            Some(Section::Numbers(numbers)) => numbers,
            _ => &[],
        }
    }

    fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|(named, _)| named == name).map(|(_, section)| section)
    }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    #[inline(never)]
    fn take(&mut self, length: usize) -> Result<&'a [u8], ModelError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or_else(|| ModelError("it ends too early".to_owned()))?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        self.take(N)?.try_into().map_err(|_| ModelError("it ends too early".to_owned()))
    }

    fn byte(&mut self) -> Result<u8, ModelError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    #[inline(never)]
    fn length(&mut self) -> Result<usize, ModelError> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| ModelError("a length is too large".to_owned()))
    }

    fn table(&mut self) -> Result<Table, ModelError> {
        let rows = self.length()?;
        let columns = usize::from(u16::from_le_bytes(self.array()?));
        let scale = f32::from_le_bytes(self.array()?);
        let length = self.length()?;
        let mut decoder = Decoder::new(self.take(length)?);
        let count = rows.checked_mul(columns).filter(|count| (1..=CELLS_MAX).contains(count));
        let count = count.ok_or_else(|| ModelError("a table is too large".to_owned()))?;
        let cells = (0..count).map(|_| decoder.next()).collect();
        Table::new(columns, scale, cells).ok_or_else(|| ModelError("a table has not as many cells as it says".to_owned()))
    }

    fn vocabulary(&mut self) -> Result<Vocabulary, ModelError> {
        let (count, length) = (self.length()?, self.length()?);
        Vocabulary::unpacked(count, self.take(length)?).ok_or_else(|| ModelError("a vocabulary ends too early".to_owned()))
    }

    fn rounded(&mut self) -> Result<Vec<f32>, ModelError> {
        let count = self.length()?;
        let scale = f32::from_le_bytes(self.array()?);
        Ok(self.take(count)?.iter().map(|byte| f32::from(i8::from_le_bytes([*byte])) * scale).collect())
    }

    fn numbers(&mut self) -> Result<Vec<f32>, ModelError> {
        let count = self.length()?;
        let bytes = self.take(count.checked_mul(4).ok_or_else(|| ModelError("a list is too long".to_owned()))?)?;
        Ok(bytes.chunks_exact(4).filter_map(|four| four.try_into().ok()).map(f32::from_le_bytes).collect())
    }
}
