//! The header of an NPY file, a dictionary in Python's notation.

/// The Python dictionary in the header.
pub(crate) struct Header {
    pub(crate) descr: String,
    pub(crate) is_fortran_order: bool,
    pub(crate) shape: Vec<u64>,
}

/// Position in the dictionary and what should stand there.
pub(crate) type HeaderError = (usize, &'static str);

impl Header {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, HeaderError> {
        let mut cursor = Cursor { text, at: 0 };
        let (mut descr, mut is_fortran_order, mut shape) = (None, None, None);
        cursor.expect(b'{', "`{`")?;
        while !cursor.take(b'}') {
            let start = cursor.at;
            let key = cursor.string()?;
            cursor.expect(b':', "`:`")?;
            match key {
                "descr" => descr = Some(cursor.descr()?),
                "fortran_order" => is_fortran_order = Some(cursor.boolean()?),
                "shape" => shape = Some(cursor.shape()?),
                _ => return Err((start, "one of the keys descr, fortran_order, shape")),
            }
            if !cursor.take(b',') {
                cursor.expect(b'}', "`,` or `}`")?;
                break;
            }
        }
        match (descr, is_fortran_order, shape) {
            (Some(descr), Some(is_fortran_order), Some(shape)) => Ok(Self {
                descr,
                is_fortran_order,
                shape,
            }),
            _ => Err((cursor.at, "the keys descr, fortran_order and shape")),
        }
    }
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&mut self) -> &'a [u8] {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        &self.text[self.at..]
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.rest().first() == Some(&byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), HeaderError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err((self.at, expected))
        }
    }

    fn string(&mut self) -> Result<&'a str, HeaderError> {
        let error = (self.at, "a quoted string");
        let rest = self.rest();
        let quote = *rest
            .first()
            .filter(|byte| matches!(byte, b'\'' | b'"'))
            .ok_or(error)?;
        let n_inside = rest[1..]
            .iter()
            .position(|&byte| byte == quote)
            .ok_or(error)?;
        self.at += n_inside + 2;
        str::from_utf8(&rest[1..=n_inside]).map_err(|_| error)
    }

    /// The element type; a list (a structured type) is taken up to its end as it stands.
    fn descr(&mut self) -> Result<String, HeaderError> {
        let rest = self.rest();
        if rest.first() != Some(&b'[') {
            return self.string().map(str::to_owned);
        }
        let end = rest.iter().rposition(|&byte| byte == b']');
        let end = end.ok_or((self.at, "`]` after a structured type"))?;
        self.at += end + 1;
        Ok(String::from_utf8_lossy(&rest[..=end]).into_owned())
    }

    fn boolean(&mut self) -> Result<bool, HeaderError> {
        let rest = self.rest();
        for (word, value) in [("True", true), ("False", false)] {
            if rest.starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err((self.at, "True or False"))
    }

    fn shape(&mut self) -> Result<Vec<u64>, HeaderError> {
        let mut shape = Vec::new();
        self.expect(b'(', "`(`")?;
        while !self.take(b')') {
            let rest = self.rest();
            let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let digits = str::from_utf8(&rest[..n_digits]).ok();
            let axis = digits.and_then(|digits| digits.parse().ok());
            shape.push(axis.ok_or((self.at, "a length below 2^64"))?);
            self.at += n_digits;
            if !self.take(b',') {
                self.expect(b')', "`,` or `)`")?;
                break;
            }
        }
        Ok(shape)
    }
}
