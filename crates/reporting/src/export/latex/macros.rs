//! A macro for every number of a table.

use std::collections::BTreeMap;

use super::text::math;
use crate::cell::Cell;
use crate::number::ABSENT;
use crate::table::Heading;

/// A macro's name and what it stands for.
#[derive(Default)]
pub(super) struct Macros(BTreeMap<String, String>);

impl Macros {
    /// A macro for every number of `row`, named by `above`, the column and the part of the cell.
    pub(super) fn of_row(&mut self, above: &[&str], headings: &[Heading], row: &[Cell]) {
        for (heading, cell) in headings.iter().zip(row).skip(1) {
            let written = cell.to_string();
            let is_number = !matches!(cell, Cell::Text(_) | Cell::Instead(_) | Cell::Share { .. });
            if !is_number || written == ABSENT {
                continue;
            }
            let name = [above, &[&heading.shared, &heading.own]].concat();
            self.add(&name, "", &written);
            if let (Cell::Interval(..), Some((mean, half_width))) =
                (cell, written.split_once(" ± "))
                && !written.starts_with('(')
            {
                self.add(&name, "mean", mean);
                self.add(&name, "half width", half_width);
            }
        }
    }

    /// Where two have one name, those after the first get a letter.
    fn add(&mut self, name: &[&str], part: &str, written: &str) {
        let base = format!("apical{}{}", camel(&name.join(" ")), camel(part));
        let mut name = base.clone();
        for letter in 'B'..='Z' {
            if !self.0.contains_key(&name) {
                break;
            }
            name = format!("{base}{letter}");
        }
        self.0
            .insert(name, format!("\\ensuremath{{{}}}", math(written)));
    }

    pub(super) fn text(&self) -> String {
        let macros = self.0.iter();
        macros
            .map(|(name, value)| format!("\\newcommand{{\\{name}}}{{{value}}}\n"))
            .collect()
    }
}

/// Letters alone, as names of macros are: words with a capital each, digits as words.
pub(super) fn camel(text: &str) -> String {
    const DIGITS: [&str; 10] = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine",
    ];
    let mut out = String::new();
    let mut begins = true;
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphabetic() && begins => {
                out.push(c.to_ascii_uppercase());
                begins = false;
            }
            c if c.is_ascii_alphabetic() => out.push(c),
            c if c.is_ascii_digit() => {
                out.push_str(DIGITS[usize::from(c as u8 - b'0')]);
                begins = true;
            }
            '°' | '%' => {}
            _ => begins = true,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_macros_are_letters_and_each_is_one() {
        assert_eq!(camel("yin-yang, layer 1"), "YinYangLayerOne");
        let mut macros = Macros::default();
        macros.add(&["digits", "a b"], "mean", "1");
        macros.add(&["digits", "a-b"], "mean", "2");
        assert_eq!(
            macros.text(),
            "\\newcommand{\\apicalDigitsABMean}{\\ensuremath{1}}\n\
             \\newcommand{\\apicalDigitsABMeanB}{\\ensuremath{2}}\n"
        );
    }
}
