//! Calls in words: what a transaction asks for, before it is signed.

use super::{action_text, lot, noted};
use allonge_contracts::bills::LotRange;
use allonge_contracts::calls::{InstrumentRef, RequestRef};
use allonge_contracts::{Call, Money};
use serde_json::Value;

/// One line that says what a call does; the values that it does not name are in [`call_fields`].
pub fn call_text(call: &Call) -> String {
    match call {
        Call::Admit(c) => format!("admit the member {}", c.member),
        Call::Suspend(c) => format!("suspend {}", c.member),
        Call::Reinstate(c) => format!("reinstate {}", c.member),
        Call::RotateKeys(c) => format!(
            "replace all own keys by these {}, of which {} must sign",
            c.keys.len(),
            c.threshold
        ),
        Call::Declare(c) => format!(
            "declare assets of {}, deposits of {}, margins of {}",
            sum(&c.assets),
            sum(&c.deposits),
            sum(&c.margin)
        ),
        Call::RecordInsolvency(c) if c.lifted => {
            format!("take back the record that {} is insolvent", c.member)
        }
        Call::RecordInsolvency(c) => format!("record that {} is insolvent", c.member),
        Call::Mint(c) => format!("mint {} to {}", sum(&c.money), c.to),
        Call::Redeem(c) => format!("take {} out of circulation", sum(&c.money)),
        Call::Transfer(c) => format!(
            "pay {} to {}{}",
            sum(&c.money),
            c.to,
            noted("for", c.purpose.as_str())
        ),
        Call::PlaceHold(c) => format!("set {} aside until {}", sum(&c.money), c.until),
        Call::ReleaseHold(c) => format!("release the hold {}", c.hold),
        Call::Register(c) => format!(
            "draw a bill of {} on {}, payable to {} on {}",
            sum(&c.sum),
            c.acceptor,
            c.payee,
            c.maturity
        ),
        Call::RequestAcceptance(c) => format!("ask for acceptance of {}", bill(&c.bill)),
        Call::RequestDelivery(c) => format!("deliver {} to its payee", bill(&c.bill)),
        Call::RequestEndorsement(c) => format!(
            "endorse {} to {}{}",
            of(&c.lot, c.part, &c.bill),
            c.to,
            if c.not_transferable {
                ", not transferable"
            } else {
                ""
            }
        ),
        Call::Revoke(c) => format!("revoke {}", bill(&c.bill)),
        Call::Present(c) => format!("present {} for payment", of(&c.lot, c.part, &c.bill)),
        Call::RequestUnusedReturn(c) => format!("return {} unused", bill(&c.bill)),
        Call::RequestUnmark(c) => format!(
            "ask that {} be transferable again",
            of(&c.lot, c.part, &c.bill)
        ),
        Call::RequestGuarantee(c) => {
            format!("ask {} to guarantee {}", c.guarantor, bill(&c.bill))
        }
        Call::RequestDiscount(c) => format!(
            "offer {} to {} at {} {}",
            of(&c.lot, c.part, &c.bill),
            c.to,
            c.rate,
            c.day_count
        ),
        Call::RequestRedemption(c) => format!("buy back {}", of(&c.lot, c.part, &c.bill)),
        Call::RequestPledge(c) => format!(
            "pledge {} to {} for {} due {}",
            of(&c.lot, c.part, &c.instrument),
            c.to,
            sum(&c.debt),
            c.debt_due
        ),
        Call::RequestRelease(c) => format!(
            "release the pledge on {}{}",
            of(&c.lot, c.part, &c.instrument),
            c.price
                .map(|price| format!(" against {}", sum(&price)))
                .unwrap_or_default()
        ),
        Call::Disclose(c) => format!("disclose the acceptance of {}", bill(&c.bill)),
        Call::Narrow(c) => format!("narrow to whom {} may move", bill(&c.bill)),
        Call::ApplyProceeds(_) => "take what a pledged lot paid for its debt".to_owned(),
        Call::ReleaseProceeds(_) => "give back what a pledged lot paid".to_owned(),
        Call::AcceptPart(c) => format!(
            "accept {} of what request {} asks",
            sum(&c.part),
            request(&c.request)
        ),
        Call::Agree(c) => format!("agree to request {}", request(&c.request)),
        Call::Refuse(c) => format!("refuse request {}: {}", request(&c.request), c.code),
        Call::Withdraw(c) => format!("withdraw request {}", request(&c.request)),
        Call::AdvanceClock(c) => format!("move the development clock to {}", c.to),
        Call::SetCalendar(_) => "change the calendar of business days".to_owned(),
        Call::Notify(_) => "notify those liable that a lot was refused".to_owned(),
        Call::Offer(_) => "offer to settle recourse for a lot".to_owned(),
        Call::Freeze(c) => format!("freeze {}", of(&c.lot, c.part, &c.instrument)),
        Call::Stop(c) => format!("stop payment of {}", of(&c.lot, c.part, &c.instrument)),
        Call::Unfreeze(_) => "free a frozen lot".to_owned(),
        Call::OrderTransfer(c) => format!(
            "transfer {} to {} by order of a court",
            of(&c.lot, c.part, &c.instrument),
            c.to
        ),
        Call::SetParam(c) => format!(
            "set {} to {} from {} on",
            c.name,
            c.name.show(c.value),
            c.from
        ),
        Call::GrantLine(c) => format!("grant {} a line of {}", c.issuer, sum(&c.limit)),
        Call::ChangeLine(c) => format!("change line {} to {}", c.line, sum(&c.limit)),
        Call::OpenCertificate(c) => format!(
            "open a certificate of {} for {}, due {}",
            sum(&c.sum),
            c.payee,
            c.due
        ),
        Call::RequestConfirmation(_) => "ask for the confirmation of a certificate".to_owned(),
        Call::RequestSignature(_) => "ask for the signature under a certificate".to_owned(),
        Call::CancelCertificate(_) => "cancel a certificate".to_owned(),
        Call::TransferLot(_) => "transfer a lot of a certificate".to_owned(),
        Call::FinanceLot(_) => "ask for the financing of a lot of a certificate".to_owned(),
        Call::AskQuotes(_) => "ask for quotes on a lot of a certificate".to_owned(),
        Call::GiveQuote(_) => "give a quote".to_owned(),
        Call::TakeQuote(_) => "take a quote".to_owned(),
        Call::CloseQuotes(_) => "close an ask for quotes".to_owned(),
        Call::AskBack(_) => "ask for a financed lot's money back".to_owned(),
        Call::RedeemLot(_) => "redeem a lot of a certificate".to_owned(),
        Call::DisputeLot(_) => "dispute a lot of a certificate".to_owned(),
        Call::SettleDispute(_) => "settle a dispute".to_owned(),
        Call::RecordPaper(_) => "record a trade paper".to_owned(),
        Call::AttestPaper(_) => "attest a trade paper".to_owned(),
        Call::SetCondition(_) => "set a condition".to_owned(),
        Call::FulfilCondition(_) => "attest that a condition is fulfilled".to_owned(),
        Call::ClaimInvoice(_) => "claim an invoice".to_owned(),
        Call::ReleaseClaim(_) => "release a claim on an invoice".to_owned(),
        Call::Escrow(_) => "set cash aside under a condition".to_owned(),
        Call::Propose(_) => "propose an instruction that settles all or nothing".to_owned(),
        Call::Affirm(_) => "affirm an instruction, which then settles".to_owned(),
        Call::CancelInstruction(_) => "cancel an instruction".to_owned(),
        Call::Queue(c) => format!("queue a payment of {} to {}", sum(&c.money), c.to),
        Call::Reorder(c) => format!("change the order of obligation {}", c.obligation),
        Call::CancelObligation(_) => "cancel a queued obligation".to_owned(),
        Call::SetLimits(_) => "set limits of net payment".to_owned(),
        Call::RunCycle(_) => "run a cycle of netting".to_owned(),
        Call::ProposeChange(c) => {
            let actions: Vec<String> = c.actions.iter().map(action_text).collect();
            format!("propose to a vote: {}", actions.join("; "))
        }
        Call::VoteOnChange(c) => format!(
            "vote {} proposal {}",
            if c.approve { "for" } else { "against" },
            request(&c.proposal)
        ),
        Call::WithdrawChange(c) => format!("withdraw proposal {}", request(&c.proposal)),
    }
}

/// Every value of a call by its name in the protocol, so that nothing stays unseen; what is absent is left out.
pub fn call_fields(call: &Call) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if let Ok(value) = serde_json::to_value(call) {
        collect("", value.get("args").unwrap_or(&Value::Null), &mut fields);
    }
    fields
}

fn collect(name: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    if let Some(text) = plain(value) {
        if !text.is_empty() && !name.is_empty() {
            fields.push((name.to_owned(), text));
        }
        return;
    }
    let inside = |key: &str| {
        if name.is_empty() {
            key.to_owned()
        } else {
            format!("{name}.{key}")
        }
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(&inside(key), value, fields);
            }
        }
        Value::Array(all) => {
            for (i, value) in all.iter().enumerate() {
                collect(&inside(&i.to_string()), value, fields);
            }
        }
        _ => {}
    }
}

/// A value that fits on a line: text, a sum, a range.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        // Text of others is shown so that it cannot move a cursor.
        Value::String(text) => Some(crate::files::shown(text, 400)),
        Value::Array(all) if all.is_empty() => Some(String::new()),
        Value::Array(_) => None,
        Value::Object(_) => serde_json::from_value::<Money>(value.clone())
            .map(|money| sum(&money))
            .or_else(|_| serde_json::from_value::<LotRange>(value.clone()).map(|range| lot(&range)))
            .ok(),
    }
}

fn sum(money: &Money) -> String {
    format!("{} {}", money.grouped(), money.currency)
}

fn bill(instrument: &InstrumentRef) -> String {
    match instrument {
        InstrumentRef::Number(number) => number.to_string(),
        InstrumentRef::Call(made) => format!("what call {} makes", made.call),
    }
}

fn request(request: &RequestRef) -> String {
    match request {
        RequestRef::Id(id) => id.to_string(),
        RequestRef::Call(made) => format!("that call {} makes", made.call),
    }
}

fn of(range: &LotRange, part: Option<Money>, instrument: &InstrumentRef) -> String {
    match part {
        Some(part) => format!(
            "{} of lot {} of {}",
            sum(&part),
            lot(range),
            bill(instrument)
        ),
        None => format!("lot {} of {}", lot(range), bill(instrument)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use allonge_contracts::calls::Transfer;

    #[test]
    fn a_payment_is_said_with_its_sum_and_every_value() {
        let call: Call = Transfer {
            to: "bob".parse().unwrap(),
            money: Money::parse("1000.50", "CNY".parse().unwrap()).unwrap(),
            purpose: "invoice 118".parse().unwrap(),
            reference: allonge_contracts::Text::empty(),
        }
        .into();
        assert_eq!(
            call_text(&call),
            "pay 1,000.50 CNY to bob, for \"invoice 118\""
        );
        let fields = call_fields(&call);
        assert_eq!(
            fields,
            [
                ("money", "1,000.50 CNY"),
                ("purpose", "invoice 118"),
                ("to", "bob")
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
