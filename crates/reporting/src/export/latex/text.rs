//! Words and numbers as TeX has them.

use crate::markup::{Height, pieces, symbols};
use crate::number::ABSENT;

/// A number as a table writes it, in mathematics.
pub(super) fn number(text: &str) -> String {
    if text == ABSENT {
        return "--".to_owned();
    }
    format!("${}$", math(text))
}

/// Signs and powers of a number.
pub(super) fn math(text: &str) -> String {
    let written = with_powers(text, "^{", "}", |c, out| match c {
        '±' => out.push_str("\\pm"),
        '−' => out.push('-'),
        '·' => out.push_str("\\cdot "),
        '–' => out.push_str("\\mbox{--}"),
        '\u{a0}' => out.push('~'),
        c if c.is_ascii_alphabetic() => out.push_str(&format!("\\mathrm{{{c}}}")),
        c => out.push(c),
    });
    // Spaces around words are none in mathematics.
    written.replace("\\mathrm{t}\\mathrm{o}", "\\mbox{ to }")
}

/// `text` with raised digits between `opened` and `closed`, and all else as `write` has it.
fn with_powers(
    text: &str,
    opened: &str,
    closed: &str,
    write: impl Fn(char, &mut String),
) -> String {
    let mut out = String::new();
    let mut is_raised = false;
    for c in text.chars() {
        let raised = raised_of(c);
        if raised.is_some() != is_raised {
            out.push_str(if is_raised { closed } else { opened });
            is_raised = !is_raised;
        }
        match raised {
            Some(digit) => out.push(digit),
            None => write(c, &mut out),
        }
    }
    if is_raised {
        out.push_str(closed);
    }
    out
}

/// The sign or digit that `c` raises.
pub(super) fn raised_of(c: char) -> Option<char> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    let index = RAISED.chars().position(|raised| raised == c)?;
    "0123456789-".chars().nth(index)
}

/// Words, with what TeX would take for its own written out, and letters of symbols raised and lowered.
pub(super) fn words(text: &str) -> String {
    let symbols = symbols(text);
    let pieces = pieces(&symbols).into_iter();
    let pieces = pieces.map(|(height, piece)| match height {
        Height::Line => on_the_line(piece),
        Height::Raised => format!("$^{{\\mathrm{{{}}}}}$", on_the_line(piece)),
        Height::Lowered => format!("$_{{\\mathrm{{{}}}}}$", on_the_line(piece)),
    });
    pieces.collect()
}

fn on_the_line(text: &str) -> String {
    with_powers(text, "$^{", "}$", |c, out| match c {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
            out.push('\\');
            out.push(c);
        }
        '\\' => out.push_str("\\textbackslash{}"),
        '~' => out.push_str("\\textasciitilde{}"),
        '^' => out.push_str("\\textasciicircum{}"),
        '<' => out.push_str("$<$"),
        '>' => out.push_str("$>$"),
        '°' => out.push_str("$^\\circ$"),
        'µ' | 'μ' => out.push_str("$\\mu$"),
        '±' => out.push_str("$\\pm$"),
        '−' => out.push_str("$-$"),
        '·' => out.push_str("$\\cdot$"),
        '′' => out.push_str("$'$"),
        'φ' => out.push_str("$\\varphi$"),
        'λ' => out.push_str("$\\lambda$"),
        'η' => out.push_str("$\\eta$"),
        '‖' => out.push_str("$\\Vert$"),
        '₀'..='₉' => {
            let digit = u32::from(c) - u32::from('₀');
            out.push_str(&format!("$_{digit}$"));
        }
        '–' => out.push_str("--"),
        '’' => out.push('\''),
        '…' => out.push_str("\\dots{}"),
        '\u{a0}' => out.push('~'),
        c => out.push(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_mathematics() {
        for (text, expected) in [
            ("98.12 ± 0.41", "$98.12 \\pm 0.41$"),
            ("−0.52", "$-0.52$"),
            ("(1.7 ± 1.3)·10⁻⁵", "$(1.7 \\pm 1.3)\\cdot 10^{-5}$"),
            ("26 / –", "$26 / \\mbox{--}$"),
            ("< 0.001", "$< 0.001$"),
            ("0.8 (0.5 to 1.3)", "$0.8 (0.5 \\mbox{ to } 1.3)$"),
            ("–", "--"),
        ] {
            assert_eq!(number(text), expected);
        }
    }

    #[test]
    fn words_are_no_commands_of_tex() {
        assert_eq!(
            words("my_b & 5 % \\x"),
            "my\\_b \\& 5 \\% \\textbackslash{}x"
        );
        assert_eq!(
            words("angle (°), φ′(u)"),
            "angle ($^\\circ$), $\\varphi$$'$(u)"
        );
    }
}
