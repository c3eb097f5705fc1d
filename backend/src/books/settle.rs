//! Settlement: what each venue earned in a month of its own time zone, and how it was shared.

use super::{BooksError, Table};
use crate::store::{Store, ledger::SHARE};
use jukeline_app::{hours::month_span, shares::WHOLE, time::Timestamp};
use serde_json::json;
use sqlx::Row;

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    year: i16,
    month: i8,
}

impl std::str::FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Month, Self::Err> {
        let right = "a month such as 2026-01";
        let (year, month) = text.split_once('-').ok_or(right)?;
        let (year, month) = (year.parse().map_err(|_| right)?, month.parse().map_err(|_| right)?);
        if !(1970..=9000).contains(&year) || !(1..=12).contains(&month) {
            return Err(right);
        }
        Ok(Month { year, month })
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

const COLUMNS: &[&str] = &[
    "venue",
    "name",
    "month",
    "credits_played",
    "currency",
    "worth_minor",
    "share_percent",
    "venue_minor",
    "operator_minor",
    "rounding_hundredths_of_minor",
];

/// A line for each venue and currency; credits that were given away earn nothing and stand in a line without currency.
pub(super) async fn settle(store: &Store, month: Month) -> Result<Table, BooksError> {
    let sql = format!(
        "SELECT v.id, v.name, v.timezone, COALESCE(v.share, CAST(s.value AS BIGINT)) FROM venues v \
         LEFT JOIN settings s ON s.name = '{SHARE}' ORDER BY v.name, v.id"
    );
    let mut table = Table::new(COLUMNS);
    for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(store.read()).await? {
        let (venue, name, timezone): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let rate = row.try_get::<Option<i64>, _>(3)?.unwrap_or(i64::from(WHOLE));
        let Some((from, to)) = month_span(&timezone, month.year, month.month) else { continue };
        let credits = credits(store, &venue, from, to).await?;
        let earned = earned(store, &venue, from, to).await?;
        if earned.is_empty() {
            let none = || json!(null);
            let cells = [json!(venue), json!(name), json!(month.to_string()), json!(credits)];
            table.push(cells.into_iter().chain(std::iter::repeat_with(none).take(6)).collect());
        }
        for (currency, venue_minor, operator_minor) in earned {
            let worth = venue_minor + operator_minor;
            // Each play's worth was split by the largest remainder; this is what that has moved altogether.
            let rounding = venue_minor * 100 - worth * rate / 100;
            table.push(vec![
                json!(venue),
                json!(name),
                json!(month.to_string()),
                json!(credits),
                json!(currency),
                json!(worth),
                json!(format!("{}.{:02}", rate / 100, rate % 100)),
                json!(venue_minor),
                json!(operator_minor),
                json!(rounding),
            ]);
        }
    }
    Ok(table)
}

async fn credits(store: &Store, venue: &str, from: Timestamp, to: Timestamp) -> Result<i64, BooksError> {
    let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM transfers WHERE unit = 'credit' AND phase = 'posted' \
               AND credit = $1 AND at >= $2 AND at < $3";
    let sum = sqlx::query_scalar(sql).bind(format!("revenue:{venue}")).bind(from.0).bind(to.0);
    Ok(sum.fetch_one(store.read()).await?)
}

/// Currency, the venue's part and the operator's part.
async fn earned(
    store: &Store,
    venue: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(String, i64, i64)>, BooksError> {
    let sql = "SELECT unit, CAST(SUM(CASE WHEN kind = 'earn' THEN amount ELSE 0 END) AS BIGINT), \
               CAST(SUM(CASE WHEN kind = 'commission' THEN amount ELSE 0 END) AS BIGINT) FROM transfers \
               WHERE venue = $1 AND at >= $2 AND at < $3 GROUP BY unit ORDER BY unit";
    let rows = sqlx::query(sql).bind(venue.to_owned()).bind(from.0).bind(to.0).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_strictly() {
        assert_eq!("2026-01".parse::<Month>().map(|month| month.to_string()), Ok("2026-01".into()));
        assert!(
            ["2026", "2026-13", "2026-00", "-1", "26-01", "x-01"].iter().all(|text| text.parse::<Month>().is_err())
        );
    }
}
