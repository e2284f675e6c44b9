//! What is wrong, collected.

use pointsman_plugin::Problem;
use pointsman_plugin::settings::unknown;

/// All mistakes found so far, at most [`Findings::PROBLEMS_MAX`].
#[derive(Debug, Default)]
pub struct Findings {
    problems: Vec<Problem>,
}

impl Findings {
    /// More would not be read.
    pub const PROBLEMS_MAX: usize = 64;

    /// Notes a mistake at a JSON pointer; an empty remedy is none.
    pub fn add(&mut self, path: &str, message: impl Into<String>, remedy: impl Into<String>) {
        let remedy = Some(remedy.into()).filter(|remedy| !remedy.is_empty());
        self.push(Problem { remedy, ..Problem::new(path, message) });
    }

    /// Notes a word that is not one of the known ones.
    pub fn unknown(&mut self, path: &str, what: &str, word: &str, known: &[&str]) {
        self.push(unknown(path, what, word, known));
    }

    fn push(&mut self, problem: Problem) {
        if self.problems.len() < Self::PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    /// Nothing is wrong yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// `value` when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Vec<Problem>> {
        if self.problems.is_empty() { Ok(value) } else { Err(self.problems) }
    }
}
