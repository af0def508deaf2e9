//! `allonge bill show`: front, lots and back, as the paper would be read.

use crate::client::{BillBody, RequestView};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{
    Column, Style, fields, limits_text, range_text, state_text, table, terms_text,
};
use allonge_contracts::bills::{
    Bill, BillKind, Claim, Hand, HandKind, InstrumentNumber, Lot, Profile, Settlement,
};
use allonge_contracts::{Currency, MemberId, Money};

/// Shows the bill.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, number: InstrumentNumber) -> Result<(), CliError> {
    let bill = context.client()?.bill(&number).await?;
    context.out.show("allonge.bill/1", &bill, |style| {
        bill_text(&bill.body, style)
    })
}

/// The bill in words.
pub fn bill_text(body: &BillBody, style: Style) -> String {
    let bill = &body.bill;
    let kind = match bill.kind {
        BillKind::Bank => "BANK-ACCEPTED BILL",
        BillKind::Commercial => "COMMERCIALLY ACCEPTED BILL",
        BillKind::FinanceCompany => "FINANCE-COMPANY-ACCEPTED BILL",
    };
    let mut text = format!("{}\n", style.bold(&format!("{kind} {}", bill.number)));
    text.push_str(&front(bill));

    text.push_str(&format!("\n{}\n", style.bold("LOTS")));
    let rows = body.lots.iter().map(|lot| lot_row(lot, bill));
    let columns = [
        Column::Left("LOT"),
        Column::Left("HOLDER"),
        Column::Left("STATUS"),
        Column::Left("STATE"),
    ];
    text.push_str(&table(&columns, rows.collect()));
    for lot in &body.lots {
        let range = range_text(lot.range, bill.sum.currency);
        for note in lot_notes(lot, bill) {
            text.push_str(&format!("{range}: {note}\n"));
        }
    }

    text.push_str(&requests_text(&body.requests, bill.sum.currency, style));
    text.push_str(&hands_text(&body.hands, bill.sum.currency, style));
    text
}

/// The requests that wait, under a heading of their own; empty where there are none.
pub fn requests_text(requests: &[RequestView], currency: Currency, style: Style) -> String {
    if requests.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", style.bold("WAITING FOR AN ANSWER"));
    let rows = requests.iter().map(|view| {
        let request = &view.request;
        vec![
            request.rule().act.to_owned(),
            range_text(request.range, currency),
            request.from.to_string(),
            request.to.to_string(),
            request
                .answer_by
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ]
    });
    let columns = [
        Column::Left("ACT"),
        Column::Left("LOT"),
        Column::Left("ASKS"),
        Column::Left("ANSWERS"),
        Column::Left("BY"),
    ];
    text.push_str(&table(&columns, rows.collect()));
    for request in requests.iter().map(|view| &view.request) {
        let terms = terms_text(&request.terms);
        if !terms.is_empty() {
            text.push_str(&format!(
                "{} by {}: {terms} (request {})\n",
                request.rule().act,
                request.from,
                request.id
            ));
        }
    }
    text
}

/// The hands, under a heading of their own.
pub fn hands_text(hands: &[Hand], currency: Currency, style: Style) -> String {
    let mut text = format!("\n{}\n", style.bold("BACK"));
    let rows = hands.iter().map(|hand| hand_row(hand, currency));
    let columns = [
        Column::Right("NO"),
        Column::Left("DATE"),
        Column::Left("ACT"),
        Column::Left("LOT"),
        Column::Left("BY"),
        Column::Left("TO"),
    ];
    text.push_str(&table(&columns, rows.collect()));
    for hand in hands {
        let notes = hand_notes(hand, currency);
        if !notes.is_empty() {
            text.push_str(&format!("no {}: {}\n", hand.number, notes.join(", ")));
        }
    }
    text
}

fn front(bill: &Bill) -> String {
    let mut matures = bill.maturity.to_string();
    if bill.payable_on != bill.maturity {
        matures.push_str(&format!(", payable {}", bill.payable_on));
    }
    matures.push_str(&format!(", to be presented by {}", bill.window_end));
    let profile = match bill.profile {
        Profile::Prc => String::new(),
        other => other.to_string(),
    };
    let accepted = match bill.accepted {
        0 => String::new(),
        units if units == bill.sum.minor => String::new(),
        units => Money::new(bill.sum.currency, units).to_string(),
    };
    let mut text = fields(&[
        ("sum", bill.sum.to_string()),
        ("drawer", bill.drawer.to_string()),
        ("acceptor", bill.acceptor.to_string()),
        ("payee", bill.payee.to_string()),
        ("issued", bill.issue_date.to_string()),
        ("matures", matures),
        (
            "splittable",
            if bill.splittable { "yes" } else { "no" }.to_owned(),
        ),
        ("law", profile),
        ("accepted for", accepted),
        (
            "disclosed",
            bill.disclosed_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ),
    ]);
    for document in &bill.trade_background {
        text.push_str(&format!("document    {document}\n"));
    }
    text
}

fn lot_row(lot: &Lot, bill: &Bill) -> Vec<String> {
    vec![
        range_text(lot.range, bill.sum.currency),
        lot.holder.to_string(),
        lot.status.to_string(),
        state_text(lot),
    ]
}

/// What does not fit into the row of a lot.
fn lot_notes(lot: &Lot, bill: &Bill) -> Vec<String> {
    let mut notes = Vec::new();
    if bill.splittable && !lot.splittable {
        notes.push("may not be split".to_owned());
    }
    notes.extend(
        lot.limits
            .as_ref()
            .map(|limits| format!("may move {}", limits_text(limits))),
    );
    notes.extend(lot.claim.as_ref().map(|claim| claim_text(claim, bill)));
    notes
}

fn claim_text(claim: &Claim, bill: &Bill) -> String {
    let money = |minor| Money::new(bill.sum.currency, minor);
    let costs = match claim.costs {
        0 => String::new(),
        costs => format!(", costs {}", money(costs)),
    };
    format!(
        "{}claim of {}, interest from {}{costs}",
        if claim.again { "re-recourse, " } else { "" },
        money(claim.base),
        claim.interest_from
    )
}

/// What does not fit into the row of a hand.
fn hand_notes(hand: &Hand, currency: Currency) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(sale) = &hand.sale {
        if hand.kind != HandKind::Financed {
            notes.push(format!("market {}", sale.market));
        }
        notes.push(format!(
            "{} {}, interest {}",
            sale.rate,
            sale.day_count,
            Money::new(currency, sale.interest)
        ));
        notes.extend(
            sale.repo
                .map(|repo| format!("repo from {} to {}", repo.open_from, repo.cut_off)),
        );
    }
    notes.extend(hand.price.map(|price| format!("price {price}")));
    if hand.settlement == Settlement::Free {
        notes.push("free of payment".to_owned());
    }
    if hand.without_liability {
        notes.push(
            if hand.kind == HandKind::Financed {
                "without recourse"
            } else {
                "without liability"
            }
            .to_owned(),
        );
    }
    notes.extend(hand.ward.as_ref().map(|ward| format!("for {ward}")));
    if !hand.text.is_empty() {
        notes.push(match hand.kind {
            HandKind::Frozen | HandKind::Stopped | HandKind::Unfrozen | HandKind::Ordered => {
                format!("order {}", hand.text)
            }
            HandKind::Financed => format!("registered {}", hand.text),
            _ => format!("\"{}\"", hand.text),
        });
    }
    notes
}

fn hand_row(hand: &Hand, currency: Currency) -> Vec<String> {
    let name = |member: &Option<MemberId>| member.as_ref().map(MemberId::to_string);
    let mut act = hand.kind.to_string();
    if hand.not_transferable {
        act.push_str(" (not transferable)");
    }
    if let Some(code) = hand.refusal {
        act.push_str(&format!(" ({code})"));
    }
    vec![
        hand.number.to_string(),
        hand.date.to_string(),
        act,
        range_text(hand.range, currency),
        name(&hand.from).unwrap_or_else(|| "the clock".to_owned()),
        name(&hand.to).unwrap_or_default(),
    ]
}
