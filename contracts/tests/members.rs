//! Who may act, by which keys; and what genesis must say (rule book 1).

mod support;

use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::{Role, read};
use allonge_contracts::state::{EmptyView, Overlay};
use allonge_contracts::{Code, Money, authorise, cash, write_genesis};
use support::*;

fn admit(w: &mut World, keys: &[u8], threshold: u8) {
    w.ok(
        "regulator",
        Admit {
            member: member("new"),
            roles: vec![Role::Factor, Role::Enterprise],
            legal_id: Some("91350100M000100Y43".parse().unwrap()),
            bank_number: None,
            account_bank: Some(member("bank-b")),
            keys: keys.iter().copied().map(key).collect(),
            threshold,
        },
    );
}

fn may(w: &World, who: &str, keys: &[u8]) -> Result<(), Code> {
    let keys: Vec<_> = keys.iter().copied().map(key).collect();
    authorise(&w.memory, &member(who), &keys).unwrap()
}

#[test]
fn k_of_n_keys_act_for_a_member() {
    let mut w = World::standard();
    admit(&mut w, &[20, 21, 22], 2);
    assert_eq!(may(&w, "new", &[20, 22]), Ok(()));
    assert_eq!(may(&w, "new", &[20, 21, 22]), Ok(()));
    assert_eq!(may(&w, "new", &[21]), Err(Code::TooFewApprovals));
    assert_eq!(may(&w, "new", &[]), Err(Code::TooFewApprovals));
    assert_eq!(may(&w, "new", &[20, 30]), Err(Code::UnknownKey));
    assert_eq!(may(&w, "nobody", &[20, 21]), Err(Code::UnknownMember));
    w.ok(
        "new",
        RotateKeys {
            keys: vec![key(40)],
            threshold: 1,
        },
    );
    assert_eq!(may(&w, "new", &[40]), Ok(()));
    assert_eq!(may(&w, "new", &[20, 21]), Err(Code::UnknownKey));
    let reason = || "check".parse().unwrap();
    w.ok(
        "regulator",
        Suspend {
            member: member("new"),
            reason: reason(),
        },
    );
    assert_eq!(may(&w, "new", &[40]), Err(Code::MemberSuspended));
    // Cash still comes in.
    w.ok("core", transfer("new", yuan("1.00")));
    w.ok(
        "regulator",
        Reinstate {
            member: member("new"),
            reason: reason(),
        },
    );
    assert_eq!(may(&w, "new", &[40]), Ok(()));
    w.sound();
}

#[test]
fn an_admitted_member_trades() {
    let mut w = World::standard();
    admit(&mut w, &[20], 1);
    let found = read::member(&w.memory, &member("new")).unwrap().unwrap();
    assert_eq!(found.roles, [Role::Enterprise, Role::Factor]);
    let mut draw = register("1.00", "2027-04-05");
    draw.kind = allonge_contracts::bills::BillKind::Commercial;
    draw.acceptor = member("new");
    let allonge_contracts::CallResult::Bill(number) = w.ok("core", draw) else {
        panic!("no bill");
    };
    // Under the number of its account bank.
    assert_eq!(&number.as_str()[1..13], "103100000026");
}

#[test]
fn a_commercial_acceptor_needs_an_account_bank_with_a_number() {
    let mut rules = rules();
    for name in ["core", "s2"] {
        let who = rules.members.iter_mut().find(|m| m.id == member(name));
        who.unwrap().account_bank = None;
    }
    let mut w = World::new(&rules, "2027-01-05");
    let mut draw = register("1.00", "2027-04-05");
    draw.kind = allonge_contracts::bills::BillKind::Commercial;
    draw.acceptor = member("s2");
    assert_eq!(w.refused("core", draw), Code::NoBankNumber);
}

#[test]
fn members_are_listed_in_pages_by_name() {
    let w = World::standard();
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let page = read::list(&w.memory, after.as_ref(), 3).unwrap();
        let Some(last) = page.last() else {
            break;
        };
        after = Some(last.id.clone());
        names.extend(page.into_iter().map(|m| m.id));
    }
    let expected: Vec<_> = rules().members.into_iter().map(|m| m.id).collect();
    assert_eq!(names, expected);
}

#[test]
fn what_was_issued_is_on_record() {
    let mut w = World::standard();
    w.ok(
        "central",
        Mint {
            to: member("central"),
            money: yuan("5.00"),
            reference: Default::default(),
        },
    );
    w.ok(
        "central",
        Redeem {
            money: yuan("2.00"),
            reference: Default::default(),
        },
    );
    let record = cash::read::currencies(&w.memory).unwrap().remove(0);
    assert_eq!(record.minted, 1_000_000_000 + 100_000 + 500);
    assert_eq!(record.redeemed, 200);
    let all_that_fits = u64::MAX - u64::try_from(record.in_circulation()).unwrap();
    let mint = |minor| Mint {
        to: member("s1"),
        money: Money::new(cny(), minor),
        reference: Default::default(),
    };
    assert_eq!(
        w.refused("central", mint(all_that_fits + 1)),
        Code::AmountOverflow
    );
    w.ok("central", mint(all_that_fits));
    // No sum of credits can overflow any more.
    w.ok("s1", transfer("core", Money::new(cny(), all_that_fits)));
    w.sound();
}

type Change = fn(&mut GenesisRules);

#[test]
fn genesis_that_breaks_a_rule_is_refused_by_name() {
    let rows: &[(&str, Change)] = &[
        ("members:", |g| g.members.clear()),
        ("members:", |g| g.members.swap(0, 1)),
        ("members:", |g| g.members.push(g.members[9].clone())),
        ("`core`: roles", |g| g.members[3].roles.clear()),
        ("`core`: keys", |g| g.members[3].keys.clear()),
        ("`core`: keys", |g| g.members[3].keys = vec![key(2), key(1)]),
        ("`core`: the threshold", |g| g.members[3].threshold = 2),
        ("`core`: the threshold", |g| g.members[3].threshold = 0),
        ("`core`: its account bank", |g| {
            g.members[3].account_bank = Some(member("s1"));
        }),
        ("`finco`: bank number", |g| {
            g.members[4].bank_number = g.members[0].bank_number;
        }),
        ("currency CNY", |g| {
            g.currencies[0].authority = member("core")
        }),
        ("currencies:", |g| {
            g.currencies.push(g.currencies[0].clone())
        }),
        ("balances: `nobody`", |g| {
            g.balances[0].member = member("nobody");
        }),
        ("balances:", |g| g.balances[0].money = yuan("0")),
        ("balances:", |g| {
            g.balances[0].money = Money::new("USD".parse().unwrap(), 1);
        }),
        ("balances:", |g| {
            g.balances.push(OpeningBalance {
                member: member("s1"),
                money: Money::new(cny(), u64::MAX),
            });
        }),
        ("calendar:", |g| g.working_weekends.push(g.holidays[0])),
        ("utc_offset_minutes", |g| g.utc_offset_minutes = 900),
        ("close_minute", |g| g.close_minute = 1_440),
        ("close_minute", |g| g.close_minute = 0),
        ("bill_max_term_months", |g| {
            g.params.bill_max_term_months = 0
        }),
        ("bill_max_sum", |g| g.params.bill_max_sum = 0),
        ("acceptance_answer_days", |g| {
            g.params.acceptance_answer_days = 0;
        }),
    ];
    for (expected, change) in rows {
        let mut genesis = rules();
        change(&mut genesis);
        let mut state = Overlay::new(&EmptyView);
        let error = write_genesis(&genesis, 0, &mut state).unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(
            state.into_changes().is_empty(),
            "{expected} wrote something"
        );
    }
}
