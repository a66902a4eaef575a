//! Files inside the page, so that links work when it is sent alone.

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{Markup, html};

/// Bytes of one file, and of all, that a page carries at most; larger ones are linked beside it.
const MOST_OF_ONE: usize = 512 << 10;
const MOST_OF_ALL: usize = 4 << 20;

/// What the page carries so far.
#[derive(Debug, Default)]
pub(super) struct Attached {
    n_bytes: usize,
}

impl Attached {
    /// A link to the comma-separated values at `path`, relative to the page.
    pub(super) fn csv(&mut self, path: &str, bytes: &[u8]) -> Markup {
        let fits = bytes.len() <= MOST_OF_ONE && self.n_bytes + bytes.len() <= MOST_OF_ALL;
        if !fits {
            return html! { a href=(path) { "CSV, beside this page" } };
        }
        self.n_bytes += bytes.len();
        let data = BASE64_STANDARD.encode(bytes);
        // A browser takes no folders in the name of a download.
        let name = path.trim_start_matches("figures/").replace('/', "-");
        html! { a download=(name) href={ "data:text/csv;charset=utf-8;base64," (data) } { "CSV" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_are_inside_and_large_ones_beside() {
        let mut attached = Attached::default();
        let link = attached.csv("figures/a/b.csv", b"x\n1\n").into_string();
        assert_eq!(
            link,
            "<a download=\"a-b.csv\" href=\"data:text/csv;charset=utf-8;base64,eAoxCg==\">CSV</a>"
        );
        let large = vec![b'1'; MOST_OF_ONE + 1];
        let link = attached.csv("c.csv", &large).into_string();
        assert_eq!(link, "<a href=\"c.csv\">CSV, beside this page</a>");
        let many = (0..20).map(|_| attached.csv("d.csv", &large[1..]).into_string());
        assert_eq!(many.filter(|link| link.contains("data:")).count(), 7);
    }
}
