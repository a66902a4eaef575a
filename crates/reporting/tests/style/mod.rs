//! The looks of the page: its stylesheet beside its markup.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use apical_learning::RunRecord;
use apical_reporting::{
    Cell, Contrasts, LearnerPlace, PlainTable, ProtocolReport, Published, VerdictEpoch,
    protocol_report, report,
};

use crate::fixture::{MODELS, Model, everything, failed, input, run};
use crate::{credit, text_of};

/// A rule: in which medium, of what, and what it says.
#[derive(Debug)]
struct Rule<'a> {
    medium: &'a str,
    selector: &'a str,
    says: BTreeMap<&'a str, &'a str>,
}

/// Between `open` and `close`, and what follows.
fn between<'a>(text: &'a str, open: &str, close: &str) -> (&'a str, &'a str) {
    let (_, rest) = text.split_once(open).unwrap_or_else(|| panic!("{open}"));
    rest.split_once(close).unwrap_or_else(|| panic!("{close}"))
}

/// The rules of `css`, one for each selector of a list.
fn rules<'a>(css: &'a str, medium: &'a str, rules: &mut Vec<Rule<'a>>) {
    let mut rest = css;
    while let Some((selectors, body)) = rest.split_once('{') {
        let selectors = selectors.rsplit("*/").next().expect("a part").trim();
        if let Some(medium) = selectors.strip_prefix("@media ") {
            let end = body.find("\n}").expect("an end on a line of its own");
            self::rules(&body[..end], medium, rules);
            rest = &body[end + 2..];
            continue;
        }
        let (body, after) = body.split_once('}').expect("an end");
        rest = after;
        let says: BTreeMap<&str, &str> = body
            .split(';')
            .filter_map(|line| line.rsplit("*/").next()?.split_once(':'))
            .map(|(what, how)| (what.trim(), how.trim()))
            .collect();
        // Commas within brackets are none of the list.
        let mut depth = 0;
        for selector in selectors.split(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            c == ',' && depth == 0
        }) {
            rules.push(Rule {
                medium,
                selector: selector.trim(),
                says: says.clone(),
            });
        }
    }
}

fn rules_of(css: &str) -> Vec<Rule<'_>> {
    let mut all = Vec::new();
    rules(css, "", &mut all);
    all
}

/// The names that follow `sign` in a selector or a script.
fn names(text: &str, sign: char) -> impl Iterator<Item = &str> {
    let parts = text.split(sign).skip(1);
    let name = |part: &'_ str| {
        part.find(|c: char| !c.is_alphanumeric() && c != '-')
            .unwrap_or(part.len())
    };
    parts.map(move |part| &part[..name(part)])
}

/// The stylesheet of a page, without its font.
fn stylesheet(page: &str) -> &str {
    let (style, _) = between(page, "<style>", "</style>");
    style.split_once("}\n").expect("a font first").1
}

/// A run whose learner has the name `learner` on `task`, with `n_layers`.
fn named(task: &str, learner: &'static str, n_layers: usize) -> RunRecord {
    let model = Model {
        learner,
        ..MODELS[0]
    };
    run(task, &model, None, 0, n_layers, 2)
}

/// Pages with all that pages can have: failures, gaps, tunings at an edge, contrasts, long names, many layers,
/// other sources, and a protocol.
fn pages() -> &'static [String; 2] {
    static PAGES: LazyLock<[String; 2]> = LazyLock::new(made);
    &PAGES
}

fn made() -> [String; 2] {
    let mut of_tasks = input(credit::all_measured());
    let long = "a-name-that-is-longer-than-a-line-of-a-narrow-page";
    let fails = failed(named("digits", "fails", 2), "it is not finite");
    of_tasks
        .runs
        .extend([named("digits", long, 2), named("deep", long, 9), fails]);
    of_tasks.runs[0].provenance.source_digest = "11".repeat(32);
    of_tasks.trials = everything().trials;
    let published = Published {
        accuracy: 98.0,
        tolerance: 0.5,
        source: "A source (2000)".to_owned(),
    };
    let key = |learner: &str| ("digits".to_owned(), learner.to_owned());
    of_tasks.literature.insert(key(long), published);
    of_tasks.gaps = vec!["`a` is missing".to_owned()];
    let edge = vec!["`x.rates.0` = 1".to_owned()];
    of_tasks.at_edge.insert(key(long), edge);
    let pair = [MODELS[0].learner, MODELS[2].learner].map(str::to_owned);
    let contrasts = Contrasts {
        pairs: vec![pair.into()],
        margin: Some(0.5),
        epoch: VerdictEpoch::Last,
        declared_in: None,
    };
    of_tasks.contrasts.insert("digits".to_owned(), contrasts);
    let protocol = ProtocolReport {
        name: "protocol".to_owned(),
        title: "A protocol".to_owned(),
        findings: vec!["It holds.".to_owned()],
        tables: vec![PlainTable {
            name: "table".to_owned(),
            title: "A table".to_owned(),
            header: vec!["what".to_owned(), "how".to_owned()],
            rows: vec![vec![Cell::text("a"), Cell::text("b")]],
            note: "A note".to_owned(),
        }],
        charts: Vec::new(),
        notes: Vec::new(),
        failed: vec!["one".to_owned()],
        command: "apical run protocol".to_owned(),
        spec: String::new(),
        provenances: vec![of_tasks.runs[0].provenance.clone()],
        runs: Vec::new(),
        gaps: vec!["one is missing".to_owned()],
    };
    let made = [report(&of_tasks), protocol_report(&protocol)];
    made.map(|made| text_of(&made.expect("a report"), "index.html").to_owned())
}

/// Names of the elements of `page`, and their classes.
fn markup(page: &str) -> Vec<(&str, Vec<&str>)> {
    let (_, body) = page.split_once("</style>").expect("a head");
    let (body, _) = body.split_once("<script>").expect("a script");
    let tags = body.split('<').skip(1).filter(|tag| !tag.starts_with('/'));
    tags.map(|tag| {
        let (tag, _) = tag.split_once('>').expect("an end");
        let class = tag
            .split_once(" class=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        let classes = class.map_or(vec![], |(class, _)| class.split(' ').collect());
        (tag.split([' ', '/']).next().expect("a name"), classes)
    })
    .collect()
}

#[test]
fn every_class_has_a_rule_and_every_rule_something_on_the_page() {
    let pages = pages();
    let css = stylesheet(&pages[0]);
    let all = rules_of(css);
    assert!(pages.iter().all(|page| stylesheet(page) == css));
    let (script, _) = between(&pages[0], "<script>", "</script>");
    let there: Vec<_> = pages.iter().flat_map(|page| markup(page)).collect();
    let elements: BTreeSet<&str> = there.iter().map(|(name, _)| *name).collect();
    let classes: BTreeSet<&str> = there.iter().flat_map(|(_, all)| all.clone()).collect();
    // Those that the script gives, and those by which it or a reader finds something.
    let (given, found) = (["sorts", "scrolls"], ["sortable", "drawing", "failed"]);
    let ruled: BTreeSet<&str> = (all.iter().flat_map(|rule| names(rule.selector, '.'))).collect();
    let without: Vec<_> = classes
        .difference(&ruled)
        .filter(|name| !found.contains(name))
        .collect();
    assert!(without.is_empty(), "no rule for {without:?}");
    let unused: Vec<_> = ruled
        .difference(&classes)
        .filter(|name| !given.contains(name))
        .collect();
    assert!(unused.is_empty(), "rules for {unused:?}, which nothing has");
    for name in given {
        assert!(script.contains(&format!("\"{name}\"")), "{name}");
    }
    for rule in &all {
        let words = rule.selector.split(|c: char| " ()>+~,*".contains(c));
        for word in words {
            let element = word.split(['.', ':', '[']).next().expect("a part");
            let is_there =
                elements.contains(element) || ["", "html", ":root", "@page"].contains(&element);
            assert!(is_there, "{element} in {}", rule.selector);
        }
    }
}

/// What `rules` say of `selector`, everywhere or in a medium.
fn says<'a>(rules: &[Rule<'a>], medium: &str, selector: &str, what: &str) -> &'a str {
    let of = rules
        .iter()
        .filter(|rule| rule.medium == medium && rule.selector == selector);
    of.filter_map(|rule| rule.says.get(what))
        .next_back()
        .unwrap_or(&"")
}

#[test]
fn what_may_be_wider_than_a_page_breaks_or_scrolls_within_itself() {
    let pages = pages();
    let rules = rules_of(stylesheet(&pages[0]));
    let says = |medium, selector, what| says(&rules, medium, selector, what);
    // Keys, commands and digests are words without an end.
    for selector in ["code", "pre.command", "table.text td", "tbody th.long"] {
        assert_eq!(
            says("", selector, "overflow-wrap"),
            "anywhere",
            "{selector}"
        );
    }
    for selector in ["td.words", "td.layers", "table.text td", "tbody th.long"] {
        assert_eq!(says("", selector, "white-space"), "normal", "{selector}");
    }
    for selector in [".scroll", "pre"] {
        assert_eq!(says("", selector, "overflow-x"), "auto", "{selector}");
        assert_eq!(says("print", selector, "overflow"), "visible", "{selector}");
    }
    assert_eq!(says("print", "pre", "white-space"), "pre-wrap");
    assert_eq!(says("print", "th", "white-space"), "normal");
    for gone in [".files", "footer"] {
        assert_eq!(says("print", gone, "display"), "none", "{gone}");
    }
    for whole in [".plot", "tr", ".note"] {
        assert_eq!(says("print", whole, "break-inside"), "avoid", "{whole}");
    }
    for page in pages {
        let all = markup(page);
        let tables = all
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| *name == "table");
        for (at, _) in tables {
            assert_eq!(all[at - 1], ("div", vec!["scroll"]));
        }
        assert!(all.contains(&("pre", vec!["command"])));
    }
    let long = markup(&pages[0]);
    assert!(long.contains(&("th", vec!["long"])) && long.contains(&("td", vec!["layers"])));
}

#[test]
fn tables_of_words_stand_left() {
    let pages = pages();
    let rules = rules_of(stylesheet(&pages[0]));
    assert_eq!(
        says(&rules, "", "table.text :is(th, td)", "text-align"),
        "left"
    );
    assert_eq!(says(&rules, "", "td.words", "text-align"), "left");
    let mut n_tables = 0;
    for page in pages {
        for table in page.split("<table class=\"").skip(1) {
            let (table, _) = table.split_once("</table>").expect("an end");
            let (classes, body) = table.split_once('"').expect("an end");
            let n_words = body.matches("<td class=\"words\"").count();
            // Tables of numbers have flags and the like at most.
            let is_of_words = 2 * n_words > body.matches("<td").count();
            assert!(
                !is_of_words || classes.split(' ').any(|class| class == "text"),
                "{table}"
            );
            n_tables += usize::from(is_of_words);
        }
    }
    assert!(n_tables > 3, "{n_tables}");
}

/// The luminance of `#rrggbb`, as WCAG has it.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let c =
            f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("hexadecimal")) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

/// The contrast of two colours, as WCAG has it.
fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    (a / b).max(b / a)
}

const DARK: &str = "(prefers-color-scheme: dark)";

#[test]
fn text_and_every_learner_are_seen_on_dark_pages_and_maps_keep_their_colours() {
    let learners: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let mut of_all = input(learners.map(|name| named("digits", name, 2)).to_vec());
    of_all.places = (learners.iter().enumerate())
        .map(|(kind, name)| {
            (
                ("digits".to_owned(), (*name).to_owned()),
                LearnerPlace::from(kind),
            )
        })
        .collect();
    let artefacts = report(&of_all).expect("a report");
    let page = text_of(&artefacts, "index.html");
    let rules = rules_of(stylesheet(page));
    for medium in ["", DARK] {
        let colour = |name| says(&rules, medium, ":root", name);
        for name in ["--ink", "--soft", "--link", "--warning"] {
            for ground in ["--paper", "--card"] {
                let contrast = contrast(colour(name), colour(ground));
                assert!(contrast > 4.5, "{name} on {ground} {medium}: {contrast:.2}");
            }
        }
        assert!(
            contrast(colour("--null"), colour("--card")) > 3.0,
            "{medium}"
        );
    }
    let card = says(&rules, DARK, ":root", "--card");
    let figure = |name: &str| {
        let (figure, _) = between(page, &format!("<figure id=\"task-1-{name}\">"), "</figure>");
        figure
    };
    let mut n_colours = 0;
    for what in ["fill", "stroke"] {
        let attribute = format!("{what}=\"");
        let colours = figure("learning_curves").split(&*attribute).skip(1);
        let colours: BTreeSet<&str> = colours
            .map(|rest| &rest[..7])
            .filter(|c| c.starts_with('#'))
            .collect();
        // Grounds, grids and lines to compare with are those of the page.
        let is_own = |colour: &&&str| {
            !["#FFFFFF", "#E4E4E4", "#969696", "#767676", "#1A1A1A"].contains(*colour)
        };
        for colour in colours.iter().filter(is_own) {
            let selector = format!(".plot [{what}=\"{colour}\"]");
            let shown = says(&rules, DARK, &selector, what);
            let shown = if shown.is_empty() { colour } else { shown };
            let contrast = contrast(shown, card);
            assert!(
                contrast > 3.0,
                "{what} {colour} is shown as {shown}: {contrast:.2}"
            );
            n_colours += 1;
        }
    }
    assert!(n_colours > 12, "{n_colours}");
    let (map, _) = figure("angle_map").split_once("</svg>").expect("a drawing");
    let cells = map.split(" fill=\"").skip(1).map(|rest| &rest[..7]);
    let cells: BTreeSet<&str> = cells
        .filter(|c| !["#FFFFFF", "#1A1A1A"].contains(c))
        .collect();
    assert!(cells.len() > 20, "{cells:?}");
    for rule in &rules {
        let is_of_a_cell = |colour: &&&str| rule.selector.contains(&format!("fill=\"{colour}\""));
        let changed: Vec<_> = cells.iter().filter(is_of_a_cell).collect();
        assert!(changed.is_empty(), "{} changes {changed:?}", rule.selector);
    }
}
