//! What the rules refuse: it stands in its block with a code, and the state is as before.

use crate::world::{World, agree, send};
use allonge_contracts::calls::*;
use allonge_contracts::{Code, Currency, Hash, Money, Outcome, Text};
use allonge_ledger::Transaction;
use allonge_node::api::types::TransactionState;

struct Row {
    what: &'static str,
    transaction: Transaction,
    code: Code,
    /// A word or value that the rejection must show.
    says: &'static str,
}

fn rows(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    of_cash(world, &mut rows);
    of_bills(world, &mut rows);
    of_answers(world, &mut rows);
    rows
}

fn of_cash(world: &World, rows: &mut Vec<Row>) {
    let to = &world.second.id;
    let mut add = |what, transaction, code, says| {
        rows.push(Row {
            what,
            transaction,
            code,
            says,
        })
    };
    add(
        "amount zero",
        world.first.act(send(to, "0.00")),
        Code::AmountZero,
        "",
    );
    add(
        "no funds",
        world.first.act(send(to, "100,000.01")),
        Code::InsufficientFunds,
        "100,000.00",
    );
    let cny: Currency = "CNY".parse().unwrap();
    let everything = Mint {
        to: to.clone(),
        money: Money::new(cny, u64::MAX),
        reference: Text::empty(),
    };
    add(
        "a sum that overflows",
        world.issuer.act(everything),
        Code::AmountOverflow,
        "",
    );
    let foreign = Transfer {
        money: Money::new("USD".parse().unwrap(), 1),
        ..send(to, "1.00")
    };
    add(
        "a currency that nobody issues",
        world.first.act(foreign),
        Code::UnknownCurrency,
        "USD",
    );
    let nobody = "nobody".parse().unwrap();
    add(
        "a payee that does not exist",
        world.first.act(send(&nobody, "1.00")),
        Code::NoSuchMember,
        "nobody",
    );
    let mint = Mint {
        to: to.clone(),
        money: Money::new(cny, 1),
        reference: Text::empty(),
    };
    add(
        "mint by another than the authority",
        world.bank.act(mint),
        Code::NotCurrencyAuthority,
        "central-bank",
    );
    let release = ReleaseHold {
        hold: allonge_contracts::RequestId([9; 16]),
    };
    add(
        "a hold that does not exist",
        world.first.act(release),
        Code::NoSuchHold,
        "0909",
    );
}

fn of_bills(world: &World, rows: &mut Vec<Row>) {
    let mut add = |what, transaction, code, says| {
        rows.push(Row {
            what,
            transaction,
            code,
            says,
        })
    };
    let all = (1, 100_000);
    let register = |change: fn(&World, &mut Register)| {
        let mut register = world.register();
        change(world, &mut register);
        world.core.act(register)
    };
    add(
        "both sides the same",
        world.second.act(world.endorse(world.bill, all, None)),
        Code::SelfDealing,
        "supplier-2",
    );
    let to_first = RequestEndorsement {
        to: world.core.id.clone(),
        ..world.endorse(world.bill, all, None)
    };
    add(
        "not the holder",
        world.second.act(to_first),
        Code::NotHolder,
        "supplier-1",
    );
    add(
        "a part larger than the lot",
        world
            .first
            .act(world.endorse(world.bill, all, Some("1,000.01"))),
        Code::PartTooLarge,
        "1,000.00",
    );
    add(
        "no such lot",
        world.first.act(world.endorse(world.bill, (1, 99), None)),
        Code::NoSuchLot,
        "1-99",
    );
    add(
        "not splittable",
        world
            .first
            .act(world.endorse(world.whole, all, Some("1.00"))),
        Code::NotSplittable,
        "",
    );
    add(
        "not transferable",
        world.first.act(world.endorse(world.marked, all, None)),
        Code::NotTransferable,
        "core-enterprise",
    );
    let deliver = RequestDelivery {
        bill: InstrumentRef::Number(world.bill),
        answer_by: None,
    };
    add(
        "a state that does not allow it",
        world.core.act(deliver.clone()),
        Code::WrongState,
        "received",
    );
    add(
        "an act of another party",
        world.first.act(deliver),
        Code::WrongParty,
        "core-enterprise",
    );
    add(
        "maturity in the past",
        register(|w, r| r.maturity = w.today.minus_days(1).unwrap()),
        Code::MaturityInPast,
        "",
    );
    add(
        "maturity beyond the term",
        register(|w, r| r.maturity = w.today.plus_months(7).unwrap()),
        Code::TermTooLong,
        "latest",
    );
    add(
        "another issue date",
        register(|w, r| r.issue_date = w.today.minus_days(3)),
        Code::IssueDateWrong,
        "",
    );
    add(
        "a sum over the ceiling",
        register(|_, r| r.sum = tests::money("1,000,000,000.01")),
        Code::AmountTooLarge,
        "1,000,000,000.00",
    );
    add(
        "payee and acceptor the same",
        register(|w, r| r.payee = w.bank.id.clone()),
        Code::SelfDealing,
        "",
    );
    add(
        "accepted by no bank",
        register(|w, r| r.acceptor = w.second.id.clone()),
        Code::RoleRequired,
        "",
    );
    add(
        "a suspended payee",
        register(|w, r| r.payee = w.suspended.id.clone()),
        Code::CounterpartySuspended,
        "suspended",
    );
    let far = CallIndex { call: 5 };
    let ask = RequestAcceptance {
        bill: InstrumentRef::Call(far),
        answer_by: None,
    };
    add(
        "a reference to no call",
        world.core.act(ask),
        Code::BadReference,
        "",
    );
    let explain = AdvanceClock { to: world.today };
    add(
        "the clock turned back",
        world.first.act(explain),
        Code::DateInPast,
        "",
    );
    let closed = SetCalendar {
        closed: vec![world.today],
        open: Vec::new(),
    };
    add(
        "today declared closed",
        world.regulator.act(closed),
        Code::CalendarWrong,
        "",
    );
}

fn of_answers(world: &World, rows: &mut Vec<Row>) {
    let mut add = |what, transaction, code, says| {
        rows.push(Row {
            what,
            transaction,
            code,
            says,
        })
    };
    let (bill, request, terms) = world.waiting;
    add(
        "an answer by the wrong party",
        world.first.act(agree(request, terms)),
        Code::WrongParty,
        "first-bank",
    );
    add(
        "an answer to changed terms",
        world.bank.act(agree(request, Hash([1; 32]))),
        Code::TermsChanged,
        "",
    );
    let again = RequestAcceptance {
        bill: InstrumentRef::Number(bill),
        answer_by: None,
    };
    add(
        "a second request",
        world.core.act(again),
        Code::RequestPending,
        "",
    );
    let gone = allonge_contracts::RequestId([8; 16]);
    add(
        "an answer to no request",
        world.bank.act(agree(gone, terms)),
        Code::NoSuchRequest,
        "0808",
    );
    let withdraw = Withdraw {
        request: RequestRef::Id(request),
    };
    add(
        "a withdrawal by the other side",
        world.bank.act(withdraw),
        Code::WrongParty,
        "core-enterprise",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_rules_refuse_stays_without_effect() {
    let world = World::make("bad-rules").await;
    let (before, _) = world.stand().await;
    let rows = rows(&world);
    for row in &rows {
        refused(&world, row).await;
        assert_eq!(
            world.stand().await.0,
            before,
            "{}: the state root",
            row.what
        );
    }
    // Twice: the first answer stands, the second finds nothing to answer.
    let (_, request, terms) = world.waiting;
    world.accepted(world.bank.act(agree(request, terms))).await;
    let (answered, _) = world.stand().await;
    assert_ne!(answered, before, "an accepted answer does change the state");
    let twice = Row {
        what: "an answer given twice",
        transaction: world.bank.act(agree(request, terms)),
        code: Code::NoSuchRequest,
        says: "",
    };
    refused(&world, &twice).await;
    assert_eq!(world.stand().await.0, answered);
    println!("bad input: {} rows that the rules refuse", rows.len() + 1);
}

async fn refused(world: &World, row: &Row) {
    // What a dry run says is what happens.
    let bytes = row.transaction.to_bytes();
    let dry = world
        .network
        .api(0)
        .submit(&bytes, "?dry_run=true")
        .await
        .unwrap();
    assert_eq!(dry.status, 200, "{}: {dry:?}", row.what);
    assert_eq!(dry.json["status"], "dry_run", "{}: {dry:?}", row.what);
    assert_eq!(
        dry.json["rejection"]["code"],
        row.code.name(),
        "{}: {dry:?}",
        row.what
    );

    let view = world.network.settle(0, &row.transaction).await;
    let TransactionState::Final {
        receipt, rejection, ..
    } = view.status
    else {
        panic!("{}: not final", row.what);
    };
    let Outcome::Rejected(why) = &receipt.outcome else {
        panic!("{}: accepted", row.what);
    };
    assert_eq!(why.code, row.code, "{}: {why:?}", row.what);
    assert!(receipt.events.is_empty(), "{}", row.what);
    let said = rejection.expect("a rejection in words");
    assert_eq!(
        (said.code, said.number, said.hint.as_str(), said.retry),
        (
            row.code,
            row.code.number(),
            row.code.hint(),
            row.code.retry()
        ),
        "{}",
        row.what
    );
    assert!(
        said.message.contains(row.says),
        "{} must show `{}`: {}",
        row.what,
        row.says,
        said.message
    );
}
