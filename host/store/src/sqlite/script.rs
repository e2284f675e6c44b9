use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments as _, AssertSqlSafe, Encode, Sqlite, Type};

/// Scripts of more statements are rare, and preparing them is not worth keeping.
const CACHED_STATEMENTS_MAX: u32 = 16;

/// Several statements that go to the database at once: every trip to the connection's thread costs as much as some statements do.
#[derive(Default)]
pub(crate) struct Script {
    sql: String,
    arguments: SqliteArguments,
    statements: u32,
    failed: Option<sqlx::Error>,
}

impl Script {
    /// Adds a statement; its `?` are filled by as many [`Self::bind`] that follow.
    pub(crate) fn then(&mut self, sql: &'static str) -> &mut Self {
        if self.statements > 0 {
            self.sql.push_str(";\n");
        }
        self.sql.push_str(sql);
        self.statements += 1;
        self
    }

    /// Fills the next `?`.
    pub(crate) fn bind<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(&mut self, value: T) -> &mut Self {
        if let Err(error) = self.arguments.add(value) {
            self.failed.get_or_insert(sqlx::Error::Encode(error));
        }
        self
    }

    /// Runs all statements in order, up to the first that fails.
    pub(crate) async fn run(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.statements == 0 {
            return Ok(());
        }
        let cached = self.statements <= CACHED_STATEMENTS_MAX;
        // Only literals of this crate are joined here: `then` takes nothing else.
        sqlx::query_with(AssertSqlSafe(self.sql), self.arguments).persistent(cached).execute(connection).await?;
        Ok(())
    }
}
