//! The pages in docs/ are a whole: all are in the book, what they link to is there, and what is generated is as generated.

use allonge_contracts::Code;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// Every page under docs/, and the README.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                pages.push(path);
            }
        }
    }
    assert!(pages.len() > 30, "{pages:?}");
    pages
}

/// What a page links to within the repository, code aside: the path as it stands, and the heading after `#`.
fn links(text: &str) -> Vec<(String, Option<String>)> {
    let mut links = Vec::new();
    let mut code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        if code {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = match target.split_once('#') {
                Some((path, heading)) => (path, Some(heading.to_owned())),
                None => (target, None),
            };
            links.push((path.to_owned(), heading));
        }
    }
    links
}

/// The headings of a page as links name them.
fn headings(text: &str) -> BTreeSet<String> {
    let mut code = false;
    let mut names = BTreeSet::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        if code || !line.starts_with('#') {
            continue;
        }
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        names.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    names
}

#[test]
fn every_link_leads_to_a_page_and_a_heading_that_is_there() {
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (path, heading) in links(&text) {
            seen += 1;
            let target = match path.as_str() {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            assert!(target.exists(), "{} links to {path}", page.display());
            if let Some(heading) = heading {
                let there = headings(&fs::read_to_string(&target).unwrap());
                assert!(
                    there.contains(&heading),
                    "{} links to {path}#{heading}; there are {there:?}",
                    page.display()
                );
            }
        }
    }
    assert!(seen > 100, "only {seen} links");
}

#[test]
fn every_page_is_in_the_book() {
    let docs = root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let listed: BTreeSet<PathBuf> = links(&summary)
        .into_iter()
        .map(|(path, _)| docs.join(path))
        .collect();
    let there: BTreeSet<PathBuf> = pages()
        .into_iter()
        .filter(|page| page.starts_with(&docs) && *page != docs.join("SUMMARY.md"))
        .collect();
    assert_eq!(listed, there);
}

fn codes_page() -> String {
    let mut page = "# Codes, and what to do\n\n\
        Whatever is refused is refused with a code that never changes. *Again* says whether the same request can succeed later without being changed. \
        `allonge --output json` and the API give the code, its number, the words and the next step with every error.\n\n\
        This page is generated from `contracts/src/codes.rs`; of several reasons the first in this order is given.\n"
        .to_owned();
    for (title, range) in [
        ("Admission: the transaction enters no block", 1_000..2_000),
        (
            "Execution: the transaction is final, and refused by a rule",
            2_000..3_000,
        ),
        ("API: the request never became a transaction", 3_000..4_000),
    ] {
        page.push_str(&format!("\n## {title}\n\n| number | code | what is wrong | what to do | again |\n|---|---|---|---|---|\n"));
        for code in Code::ALL
            .iter()
            .filter(|code| range.contains(&code.number()))
        {
            let cell = |text: &str| text.replace('|', "\\|");
            page.push_str(&format!(
                "| {} | `{}` | {} | {} | {} |\n",
                code.number(),
                code.name(),
                cell(code.summary()),
                cell(code.hint()),
                if code.retry() { "yes" } else { "no" }
            ));
        }
    }
    page
}

#[test]
fn the_page_of_codes_is_as_generated() {
    let file = root().join("docs/codes.md");
    let page = codes_page();
    if std::env::var_os("ALLONGE_WRITE_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&file).unwrap_or_default(),
        page,
        "write it anew: ALLONGE_WRITE_DOCS=1 cargo test --workspace --test book"
    );
    for code in Code::ALL {
        assert!(
            page.contains(&format!("| `{code}` |", code = code.name())),
            "{}",
            code.name()
        );
    }
}
