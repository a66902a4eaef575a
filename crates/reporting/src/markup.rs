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
        for name in ["my_model", "a^b", "open_{", ""] {
            assert_eq!(plain(name), name);
        }
    }
}
