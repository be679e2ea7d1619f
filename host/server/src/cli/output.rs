//! Results on standard output: tables and sentences for people, JSON for programs.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

/// What results and errors are printed as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and sentences.
    #[default]
    Text,
    /// JSON: one document, or one a line where results arrive over time.
    Json,
}

/// Prints one JSON document.
pub fn json(value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string_pretty(value) {
        line(&text);
    }
}

/// Prints one JSON document on one line.
pub fn json_line(value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        line(&text);
    }
}

/// Prints a line. A closed pipe (`| head`) ends the process quietly, as everywhere.
pub fn line(text: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Prints lines.
pub fn lines(lines: &[String]) {
    line(&lines.join("\n"));
}

/// Prints a document as YAML, which people read more easily.
pub fn yaml(value: &Value) {
    if let Ok(text) = serde_norway::to_string(value) {
        line(text.trim_end());
    }
}

/// Heads of a table, each with the JSON pointer to what its column shows.
pub type Columns = &'static [(&'static str, &'static str)];

/// Prints `items` as a table, or `nothing` when there are none.
pub fn table(columns: Columns, items: &[Value], nothing: &str) {
    let mut table = Table { head: columns.iter().map(|(head, _)| *head).collect(), rows: Vec::new() };
    for item in items {
        table.rows.push(columns.iter().map(|(_, pointer)| cell(item.pointer(pointer))).collect());
    }
    table.print(nothing);
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".into(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(","),
        Some(other) => other.to_string(),
    }
}

/// A table: columns as wide as their widest cell, two spaces between, nothing at all without rows but a sentence.
pub struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column heads.
    #[must_use]
    pub fn new<const N: usize>(head: [&'static str; N]) -> Table {
        Table { head: head.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// Prints it, or `nothing` when it has no rows.
    pub fn print(&self, nothing: &str) {
        line(&if self.rows.is_empty() { nothing.to_owned() } else { self.text() });
    }

    fn text(&self) -> String {
        let mut widths: Vec<usize> = self.head.iter().map(|cell| width(cell)).collect();
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        let mut text = String::new();
        let head: Vec<String> = self.head.iter().map(|cell| cell.to_uppercase()).collect();
        for row in std::iter::once(&head).chain(&self.rows) {
            let mut line = String::new();
            for (cell, widest) in row.iter().zip(&widths) {
                let gap = " ".repeat(widest.saturating_sub(width(cell)) + 2);
                let _ = write!(line, "{cell}{gap}");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// Columns that `text` takes in a terminal: Chinese and its like take two.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

fn wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_alphabet() {
        let mut table = Table::new(["name", "status"]);
        table.row(["deploy".into(), "RUNNING".into()]);
        table.row(["发布".into(), "SUCCEEDED".into()]);
        assert_eq!(table.text(), "NAME    STATUS\ndeploy  RUNNING\n发布    SUCCEEDED");
    }
}
