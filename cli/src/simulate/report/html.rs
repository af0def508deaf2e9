//! The page: one file, without anything from outside.

use super::document::{CostFigures, Losses, NettingFigures, Report};
use super::figures::Drawn;
use super::svg::escaped;
use crate::simulate::run::Outcome;
use crate::simulate::{Options, Stress};
use std::fmt::Write;

/// Colours of Okabe and Ito, which people tell apart who do not see all colours; lines differ by their dashes as well.
const STYLE: &str = "\
:root{--ink:#1b1f24;--soft:#57606a;--paper:#fff;--card:#f6f8fa;--grid:#d8dee4;\
--c0:#0072b2;--c1:#e69f00;--c2:#009e73;--c3:#cc79a7;--c4:#56b4e9;--c5:#d55e00;--c6:#7a7a7a;--c7:#a6761d}\
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4ae;--paper:#0d1117;--card:#161b22;--grid:#30363d;\
--c0:#4aa3df;--c1:#f0b429;--c2:#2bc49a;--c3:#e0a0c4;--c4:#8fd0f5;--c5:#ff8a4c;--c6:#a0a0a0;--c7:#d0a24a}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}\
main{max-width:1200px;margin:0 auto;padding:16px}\
h1{font-size:1.6rem;line-height:1.25;margin:.3em 0}h2{font-size:1.15rem;margin:0 0 .3em}\
p{margin:.3em 0 .8em;color:var(--soft)}\
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:12px;margin:16px 0;padding:0}\
.facts div{background:var(--card);border-radius:8px;padding:10px 14px}\
.facts dt{color:var(--soft);font-size:.85rem}.facts dd{margin:0;font-size:1.15rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,500px),1fr));gap:24px}\
figure{margin:0;background:var(--card);border-radius:8px;padding:14px}\
figcaption{color:var(--soft);font-size:.9rem;margin-top:.4em}\
svg{display:block;width:100%;height:auto}\
svg text{font-family:inherit;font-size:13px;fill:var(--ink)}svg .tick,svg .axis{fill:var(--soft);font-size:12px}\
svg .note{fill:var(--c5);font-size:12px;font-weight:600}svg .label{font-weight:600;font-size:12px}\
svg .grid{stroke:var(--grid)}svg .base{stroke:var(--soft)}svg .mark{stroke:var(--c5);stroke-dasharray:4 3;stroke-width:1.5}\
svg .line{fill:none;stroke-width:2.2;stroke-linejoin:round}\
.f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}.f7{fill:var(--c7)}\
.l0{stroke:var(--c0)}.l1{stroke:var(--c1);stroke-dasharray:7 3}.l2{stroke:var(--c2);stroke-dasharray:2 3}.l3{stroke:var(--c3);stroke-dasharray:10 3 2 3}\
.l4{stroke:var(--c4);stroke-dasharray:5 5}.l5{stroke:var(--c5);stroke-dasharray:12 4}.l6{stroke:var(--c6);stroke-dasharray:3 6}.l7{stroke:var(--c7);stroke-dasharray:8 3 2 3 2 3}\
svg .t0{fill:var(--c0)}svg .t1{fill:var(--c1)}svg .t2{fill:var(--c2)}svg .t3{fill:var(--c3)}svg .t4{fill:var(--c4)}svg .t5{fill:var(--c5)}svg .t6{fill:var(--c6)}svg .t7{fill:var(--c7)}\
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,500px),1fr));gap:24px;margin-top:24px}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}\
th,td{padding:4px 10px 4px 0;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}\
th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:600}\
code{font-size:.85rem;overflow-wrap:anywhere}";

/// The whole page.
pub(super) fn page(
    options: &Options,
    report: &Report,
    main: &Outcome,
    other: Option<&Outcome>,
) -> String {
    let title = format!(
        "Simulation: {} members, {} tiers, {} days, seed {}",
        report.members, report.tiers, report.days, report.seed
    );
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n",
        escaped(&title)
    );
    let mut add = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    add(paragraph(&introduction(report)));
    add(facts(report));
    let drawn = Drawn {
        options,
        main,
        other,
    };
    add("<div class=\"charts\">".to_owned());
    for figure in drawn.all() {
        add(format!(
            "<figure>\n<h2>{}</h2>\n{}<figcaption>{}</figcaption>\n</figure>",
            escaped(figure.title),
            figure.svg,
            escaped(&figure.says)
        ));
    }
    add("</div>\n<div class=\"tables\">".to_owned());
    add(costs(report));
    add(netting(report));
    add(losses("Losses", &report.losses));
    if let Some(other) = &report.without_splitting {
        add(losses("Losses without splitting", &other.losses));
    }
    add(network(report));
    add("</div>".to_owned());
    add(paragraph(
        "Amounts are in CNY. The ledger's invariants were checked on every day, as were the sum of all cash, each party's \
         cash, the lots of every paper and the use of every line against what the ledger's events say.",
    ));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escaped(text))
}

fn introduction(report: &Report) -> String {
    let mut text = format!(
        "A supply chain on a network of four validators, from {}, driven by simple agents over its public interface with \
         signed transactions.",
        report.first_day
    );
    if !report.fresh {
        text = text.replace("a network of four validators", "a network that was there");
    }
    let day = report.stress_day.as_deref().unwrap_or("");
    let stress = match report.stress {
        Stress::None => " Nothing goes wrong from outside.".to_owned(),
        Stress::CoreDefault => {
            format!(
                " From {day} on the first core enterprise receives no cash any more, and other creditors take four fifths of what it has."
            )
        }
        Stress::Liquidity => {
            format!(
                " On {day} four fifths of the banks' cash are withdrawn; from then on they put out little, and dearer."
            )
        }
    };
    text + &stress
}

fn facts(report: &Report) -> String {
    let mut all = vec![
        ("Settled in all", report.settled.all.clone()),
        (
            "Netting saved",
            format!("{} of {}", report.netting.saved, report.netting.gross),
        ),
        (
            "Netting turnover",
            report.netting.turnover.clone().unwrap_or("-".to_owned()),
        ),
        (
            "Due and unsettled at the end",
            report.losses.unsettled_at_the_end.clone(),
        ),
        ("Transactions", report.network.transactions.to_string()),
        ("Digest of the outcome", report.digest.clone()),
    ];
    if let Some(other) = &report.without_splitting {
        all.push(("Digest without splitting", other.digest.clone()));
    }
    let items: Vec<String> = all
        .iter()
        .map(|(name, value)| {
            let value = escaped(&grouped(value));
            let value = match name.starts_with("Digest") {
                true => format!("<code>{value}</code>"),
                false => value,
            };
            format!("<div><dt>{}</dt><dd>{value}</dd></div>", escaped(name))
        })
        .collect();
    format!("<dl class=\"facts\">{}</dl>", items.join(""))
}

/// Text with the thousands of its amounts set apart by commas.
fn grouped(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(grouped_word).collect();
    words.join(" ")
}

fn grouped_word(word: &str) -> String {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match word.split_once('.') {
        Some((whole, cents)) if digits(whole) && digits(cents) && cents.len() == 2 => {
            let count = whole.len();
            let mut out = String::new();
            for (i, digit) in whole.chars().enumerate() {
                if i > 0 && (count - i).is_multiple_of(3) {
                    out.push(',');
                }
                out.push(digit);
            }
            format!("{out}.{cents}")
        }
        _ => word.to_owned(),
    }
}

/// A table with a title.
fn table(title: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = format!(
        "<section><h2>{}</h2><div class=\"scroll\"><table><thead><tr>",
        escaped(title)
    );
    for name in head {
        // Writing into a string does not fail.
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(name));
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escaped(&grouped(cell)));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div></section>");
    out
}

fn costs(report: &Report) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut add = |tier: u16, run: &str, figures: &CostFigures| {
        let rate = figures.rate.map_or("-".to_owned(), |rate| rate.to_string());
        rows.push(vec![
            format!("{tier}, {run}"),
            rate,
            figures.by_paper.clone(),
            figures.by_loans.clone(),
            figures.interest.clone(),
        ]);
    };
    for cost in &report.cost_of_funds {
        add(cost.tier, "with splitting", &cost.with_splitting);
        if let Some(other) = &cost.without_splitting {
            add(cost.tier, "without", other);
        }
    }
    let head = ["Tier and run", "Rate", "By paper", "By loans", "Interest"];
    table("Cost of funds", &head, &rows)
}

fn netting(report: &Report) -> String {
    let row = |name: &str, figures: &NettingFigures| {
        vec![
            name.to_owned(),
            figures.obligations.to_string(),
            figures.gross.clone(),
            figures.net.clone(),
            figures.saved.clone(),
            figures.turnover.clone().unwrap_or("-".to_owned()),
        ]
    };
    let mut rows = vec![row("with splitting", &report.netting)];
    if let Some(other) = &report.without_splitting {
        rows.push(row("without", &other.netting));
    }
    table(
        "Netting",
        &["Run", "Obligations", "Gross", "Net", "Saved", "Turnover"],
        &rows,
    )
}

fn losses(title: &str, losses: &Losses) -> String {
    let rows: Vec<Vec<String>> = losses
        .ways
        .iter()
        .map(|way| {
            vec![
                way.what.to_owned(),
                way.from.clone(),
                way.to.clone(),
                way.amount.clone(),
                way.count.to_string(),
            ]
        })
        .collect();
    if rows.is_empty() {
        let none = "None: all paper was paid on its day and no claim was given up.";
        return format!(
            "<section><h2>{}</h2>{}</section>",
            escaped(title),
            paragraph(none)
        );
    }
    table(title, &["What", "From", "To", "Amount", "Times"], &rows)
}

fn network(report: &Report) -> String {
    let network = &report.network;
    let rejected: Vec<String> = network
        .rejected
        .iter()
        .map(|(code, count)| format!("{code} {count}"))
        .collect();
    let latency = network.latency_ms;
    let rows = [
        ("Transactions", network.transactions.to_string()),
        ("Calls", network.calls.to_string()),
        ("Blocks", network.blocks.to_string()),
        (
            "Acts rejected",
            match rejected.is_empty() {
                true => "none".to_owned(),
                false => rejected.join(", "),
            },
        ),
        ("Seconds in all", network.seconds.to_string()),
        (
            "Latency p50 / p95 / p99 / longest, ms",
            format!(
                "{} / {} / {} / {}",
                latency.p50, latency.p95, latency.p99, latency.max
            ),
        ),
    ];
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    table("Network", &["What", "Figure"], &rows)
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn amounts_are_grouped_and_nothing_else() {
        for (text, shown) in [
            ("1374263.07 of 2738820.30", "1,374,263.07 of 2,738,820.30"),
            ("999.00", "999.00"),
            ("1000.00", "1,000.00"),
            ("tier 1", "tier 1"),
            ("118 / 142", "118 / 142"),
            ("5.2%", "5.2%"),
            ("123456", "123456"),
        ] {
            assert_eq!(grouped(text), shown);
        }
    }
}
