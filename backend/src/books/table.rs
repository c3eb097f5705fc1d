//! Rows under headings, as CSV or JSON.

use super::Format;
use serde_json::{Map, Value};

/// A table.
pub(crate) struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Table {
    pub(crate) fn new(columns: &'static [&'static str]) -> Table {
        Table { columns, rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<Value>) {
        self.rows.push(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn print(&self, format: Format) -> String {
        match format {
            Format::Csv => self.csv(),
            Format::Json => self.json(),
        }
    }

    fn json(&self) -> String {
        let object = |row: &Vec<Value>| {
            let fields = self.columns.iter().map(|column| (*column).to_owned()).zip(row.iter().cloned());
            Value::Object(fields.collect::<Map<_, _>>())
        };
        format!("{:#}", Value::Array(self.rows.iter().map(object).collect()))
    }

    /// RFC 4180, but for line ends: those of this system.
    fn csv(&self) -> String {
        let heading = self.columns.join(",");
        let line = |row: &Vec<Value>| row.iter().map(cell).collect::<Vec<_>>().join(",");
        std::iter::once(heading).chain(self.rows.iter().map(line)).collect::<Vec<_>>().join("\n")
    }
}

fn cell(value: &Value) -> String {
    match value {
        // A leading sign would be a formula in a spreadsheet.
        Value::String(text) if text.starts_with(['=', '+', '-', '@']) => format!("\"'{}\"", text.replace('"', "\"\"")),
        Value::String(text) if text.contains([',', '"', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn csv_quotes_what_needs_it() {
        let mut table = Table::new(&["name", "n"]);
        table.push(vec![json!("The \"Still\", Leith"), json!(-3)]);
        table.push(vec![json!("=1+1"), Value::Null]);
        assert_eq!(table.print(Format::Csv), "name,n\n\"The \"\"Still\"\", Leith\",-3\n\"'=1+1\",");
        let read: Value = serde_json::from_str(&table.print(Format::Json)).expect("JSON");
        assert_eq!(read[0], json!({"name": "The \"Still\", Leith", "n": -3}));
    }
}
