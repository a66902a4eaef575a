//! What readers of TOML say, in the words of who writes specifications.

/// Words of Rust and of its libraries, and what they are to a user; longer ones before their parts.
const WORDS: &[(&str, &str)] = &[
    ("unknown field", "unknown key"),
    ("missing field", "missing key"),
    ("duplicate field", "repeated key"),
    ("unknown variant", "unknown name"),
    ("there are no fields", "there are no keys"),
    ("there are no variants", "there are none"),
    (
        "invalid type: unit variant, expected newtype variant",
        "found a name alone, expected a table of it with its settings",
    ),
    (
        "invalid type: unit variant, expected struct variant",
        "found a name alone, expected a table of it with its settings",
    ),
    (
        "wanted string or table",
        "expected a name or a table of one key",
    ),
    (
        "wanted exactly 1 element, found 0 elements",
        "found an empty table, expected one key",
    ),
    (
        "wanted exactly 1 element, more than 1 element",
        "found several keys, expected one",
    ),
    (
        "expected table with exactly 1 entry, found empty table",
        "found an empty table, expected one key",
    ),
    ("unexpected keys in table", "unknown keys"),
    ("available keys", "known are"),
    ("invalid type: ", "found "),
    ("invalid value: ", "found "),
    ("invalid length ", "found a list with a length of "),
    ("integer number overflowed", "the whole number is too large"),
    (
        "floating-point number overflowed",
        "the number is too large",
    ),
    ("found string ", "found the text "),
    ("found integer ", "found the number "),
    ("found floating point ", "found the number "),
    ("found boolean ", "found "),
    ("found character ", "found the text "),
    ("found sequence", "found a list"),
    ("found map", "found a table"),
    ("found array", "found a list"),
    ("found unit variant", "found a name alone"),
    ("expected a sequence", "expected a list"),
    ("expected a map", "expected a table"),
    ("expected a boolean", "expected true or false"),
    ("expected a string", "expected a text"),
    ("expected path string", "expected the path of a file"),
    ("expected a character", "expected one character"),
    ("expected a 64-bit float", "expected a number"),
    ("expected empty table", "expected nothing below it"),
    ("expected empty array", "expected nothing below it"),
    (
        "expected tuple with length",
        "expected a list with a length of",
    ),
];

/// Types of numbers that stand last in a message.
const NUMBERS: &[(&[&str], &str)] = &[
    (
        &["usize", "u64", "u32", "u16", "u8"],
        "a whole number of 0 or more",
    ),
    (&["i64", "i32", "i16", "i8", "isize"], "a whole number"),
    (&["f64", "f32"], "a number"),
];

/// `message` in the user's words.
pub(crate) fn in_user_words(message: &str) -> String {
    let mut words = message.to_owned();
    for (theirs, ours) in WORDS {
        words = words.replace(theirs, ours);
    }
    let Some((found, expected)) = words.split_once(", expected ") else {
        return words;
    };
    let is = |names: &[&str]| names.contains(&expected);
    let number = NUMBERS.iter().find(|(names, _)| is(names));
    let expected = match (number, expected.split_once(' ')) {
        (Some((_, ours)), _) => (*ours).to_owned(),
        (None, Some(("struct", _))) => "a table".into(),
        (None, Some(("enum", _))) => "a name or a table of one key".into(),
        (None, Some(("tuple", rest))) => match rest.split_once("with ") {
            Some((_, elements)) => format!("a list with {}", elements.replace("element", "value")),
            None => "a list".into(),
        },
        _ => return words,
    };
    format!("{found}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_speak_of_keys_lists_and_tables() {
        for (theirs, ours) in [
            (
                "invalid type: string \"many\", expected usize",
                "found the text \"many\", expected a whole number of 0 or more",
            ),
            (
                "invalid value: integer `-1`, expected usize",
                "found the number `-1`, expected a whole number of 0 or more",
            ),
            (
                "invalid type: sequence, expected struct Conductances",
                "found a list, expected a table",
            ),
            (
                "invalid length 1, expected tuple struct Interval with 2 elements",
                "found a list with a length of 1, expected a list with 2 values",
            ),
            (
                "unknown field `a`, expected one of `b`, `c`",
                "unknown key `a`, expected one of `b`, `c`",
            ),
        ] {
            assert_eq!(in_user_words(theirs), ours);
        }
    }
}
