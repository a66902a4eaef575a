//! Raised and lowered letters in labels: `u^{I}_{1}`.

/// Where letters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Height {
    /// On the line.
    Line,
    /// Below it.
    Lowered,
    /// Above it.
    Raised,
}

/// The pieces of `text`, in order.
pub(crate) fn pieces(text: &str) -> Vec<(Height, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((at, height)) = next(rest) {
        let inside = &rest[at + 2..];
        let Some(end) = inside.find('}') else {
            break;
        };
        pieces.push((Height::Line, &rest[..at]));
        pieces.push((height, &inside[..end]));
        rest = &inside[end + 1..];
    }
    pieces.push((Height::Line, rest));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

/// The text where no letter can be raised or lowered: `u^I₁`.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for (height, piece) in pieces(text) {
        match height {
            Height::Line => plain.push_str(piece),
            Height::Raised => {
                plain.push('^');
                plain.push_str(piece);
            }
            Height::Lowered if piece.bytes().all(|digit| digit.is_ascii_digit()) => {
                plain.extend(piece.bytes().map(|digit| {
                    char::from_u32(0x2080 + u32::from(digit - b'0')).unwrap_or('\u{fffd}')
                }));
            }
            Height::Lowered => {
                plain.push('_');
                plain.push_str(piece);
            }
        }
    }
    plain
}

/// The text with the signs of its symbols, such as `v_A` and `W^PI_k`, made raised and lowered letters:
/// those after a single letter.
pub(crate) fn symbols(text: &str) -> String {
    const LONGEST: usize = 4;
    let chars: Vec<char> = text.chars().collect();
    let is_letter = |at: Option<usize>| at.is_some_and(|at| chars[at].is_alphabetic());
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let run = chars[at + 1..]
            .iter()
            .take_while(|next| next.is_alphanumeric())
            .count();
        let is_single = is_letter(at.checked_sub(1)) && !is_letter(at.checked_sub(2));
        let follows = is_single || out.ends_with('}');
        at += 1;
        out.push(c);
        if matches!(c, '_' | '^') && follows && (1..=LONGEST).contains(&run) {
            out.push('{');
            out.extend(&chars[at..at + run]);
            out.push('}');
            at += run;
        }
    }
    out
}

/// The next sign and what it does.
fn next(text: &str) -> Option<(usize, Height)> {
    let signs = [("_{", Height::Lowered), ("^{", Height::Raised)];
    let places = signs.map(|(sign, height)| text.find(sign).map(|at| (at, height)));
    places.into_iter().flatten().min_by_key(|(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_raised_and_lowered() {
        assert_eq!(
            pieces("‖u_{2} − u^{I}_{1}‖²"),
            [
                (Height::Line, "‖u"),
                (Height::Lowered, "2"),
                (Height::Line, " − u"),
                (Height::Raised, "I"),
                (Height::Lowered, "1"),
                (Height::Line, "‖²"),
            ]
        );
        assert_eq!(plain("‖u_{2} − u^{I}_{1}‖²"), "‖u₂ − u^I₁‖²");
        assert_eq!(plain("v_{A,1}"), "v_A,1");
        assert_eq!(
            symbols("W^PI_k, v_A and g_som"),
            "W^{PI}_{k}, v_{A} and g_{som}"
        );
        assert_eq!(symbols("n_epochs, my_key"), "n_epochs, my_key");
        for name in ["my_model", "a^b", "open_{", ""] {
            assert_eq!(plain(name), name);
        }
    }
}
