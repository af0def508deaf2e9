//! `allonge bill show`: front, lots and back, as the paper would be read.

use crate::client::BillBody;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, range_text, state_text, table};
use allonge_contracts::MemberId;
use allonge_contracts::bills::{Bill, BillKind, BillNumber, Hand, Lot};

/// Shows the bill.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, number: BillNumber) -> Result<(), CliError> {
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

    if !body.requests.is_empty() {
        text.push_str(&format!("\n{}\n", style.bold("WAITING FOR AN ANSWER")));
        let rows = body.requests.iter().map(|view| {
            let request = &view.request;
            vec![
                request.terms.rule().act.to_owned(),
                range_text(request.range, bill.sum.currency),
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
    }

    text.push_str(&format!("\n{}\n", style.bold("BACK")));
    let rows = body.hands.iter().map(|hand| hand_row(hand, bill));
    let columns = [
        Column::Right("NO"),
        Column::Left("DATE"),
        Column::Left("ACT"),
        Column::Left("LOT"),
        Column::Left("BY"),
        Column::Left("TO"),
    ];
    text.push_str(&table(&columns, rows.collect()));
    for hand in body.hands.iter().filter(|hand| !hand.text.is_empty()) {
        text.push_str(&format!("no {}: \"{}\"\n", hand.number, hand.text));
    }
    text
}

fn front(bill: &Bill) -> String {
    let mut matures = bill.maturity.to_string();
    if bill.payable_on != bill.maturity {
        matures.push_str(&format!(", payable {}", bill.payable_on));
    }
    matures.push_str(&format!(", to be presented by {}", bill.window_end));
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

fn hand_row(hand: &Hand, bill: &Bill) -> Vec<String> {
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
        range_text(hand.range, bill.sum.currency),
        name(&hand.from).unwrap_or_else(|| "the clock".to_owned()),
        name(&hand.to).unwrap_or_default(),
    ]
}
