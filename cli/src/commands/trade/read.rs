//! What an invoice or a credit note says, in words.

use crate::invoice::{
    DocumentKind, Effect, IdentifierKind, Line, Party, ReferenceKind, Syntax, TradeDocument,
};
use crate::output::{Column, Style, fields, table};

/// The whole document in words.
pub fn text(document: &TradeDocument, style: Style) -> String {
    let kind = match document.kind {
        DocumentKind::Invoice => "INVOICE",
        DocumentKind::CreditNote => "CREDIT NOTE",
    };
    let syntax = match document.syntax {
        Syntax::Ubl => "UBL 2.1",
        Syntax::Cii => "UN/CEFACT CII",
    };
    let title = format!("{kind} {}", clean(&document.number));
    let due = document.due_date.map(|day| day.to_string());
    let mut text = format!("{}\n", style.bold(&title));
    text.push_str(&fields(&[
        ("written in", syntax.to_owned()),
        ("issued", document.issue_date.to_string()),
        ("due", due.unwrap_or_default()),
        ("currency", document.currency.to_string()),
        ("payable", document.payable_amount.money.to_string()),
        ("seller", party(&document.seller)),
        ("buyer", party(&document.buyer)),
        (
            "payee",
            document.payee.as_ref().map(party).unwrap_or_default(),
        ),
        ("refers to", references(document)),
        ("effect", effect(document)),
    ]));
    if !document.lines.is_empty() {
        text.push_str(&format!("\n{}\n", style.bold("LINES")));
        let columns = [
            Column::Left("LINE"),
            Column::Left("WHAT"),
            Column::Right("QUANTITY"),
            Column::Left("UNIT"),
            Column::Right("PRICE"),
            Column::Right("AMOUNT"),
        ];
        text.push_str(&table(&columns, document.lines.iter().map(line).collect()));
    }
    text
}

/// What it backs or lowers, in a sentence.
fn effect(document: &TradeDocument) -> String {
    match document.effect() {
        Effect::Backs { money } => format!("backs up to {money}"),
        Effect::Lowers { money } => {
            let lowered: Vec<String> = document
                .invoices()
                .map(|invoice| match invoice.issue_date {
                    Some(day) => format!("{} of {day}", clean(&invoice.number)),
                    None => clean(&invoice.number),
                })
                .collect();
            match lowered.as_slice() {
                [] => format!("lowers an invoice by {money}, but does not say which"),
                some => format!("lowers invoice {} by {money}", some.join(", ")),
            }
        }
        Effect::Nothing { because } => because.to_string(),
    }
}

fn party(party: &Party) -> String {
    let mut parts = vec![clean(&party.name)];
    for id in &party.identifiers {
        let kind = match id.kind {
            IdentifierKind::Legal => "legal id",
            IdentifierKind::Party => "number",
            IdentifierKind::Tax => "tax number",
            IdentifierKind::Endpoint => "address",
        };
        let scheme = match &id.scheme {
            Some(scheme) => format!(" ({})", clean(scheme)),
            None => String::new(),
        };
        parts.push(format!("{kind} {}{scheme}", clean(&id.value)));
    }
    parts.extend(party.country.as_deref().map(clean));
    parts.join(", ")
}

fn references(document: &TradeDocument) -> String {
    let all: Vec<String> = document
        .references
        .iter()
        .map(|reference| {
            let kind = match reference.kind {
                ReferenceKind::Invoice => "invoice",
                ReferenceKind::Order => "order",
                ReferenceKind::Contract => "contract",
            };
            format!("{kind} {}", clean(&reference.number))
        })
        .collect();
    all.join(", ")
}

fn line(line: &Line) -> Vec<String> {
    let own = |text: &Option<String>| text.as_deref().map(clean).unwrap_or_default();
    let price = line.price.as_ref().map(|price| match &price.per {
        Some(per) => format!("{} per {}", clean(&price.amount), clean(per)),
        None => clean(&price.amount),
    });
    vec![
        clean(&line.id),
        clean(&line.description),
        own(&line.quantity),
        own(&line.unit),
        price.unwrap_or_default(),
        own(&line.amount),
    ]
}

/// A text from outside, so that it cannot steer the terminal or break a row.
fn clean(text: &str) -> String {
    let clean = |c: char| match c {
        c if c.is_whitespace() => ' ',
        c if c.is_control() => '\u{fffd}',
        // Marks that turn the direction of what follows.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    };
    text.chars().map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\nc\u{202e}d"), "a\u{fffd}[2Jb c\u{fffd}d");
        assert_eq!(clean("示例零部件有限公司"), "示例零部件有限公司");
    }
}
