//! The bounds: ten thousand obligations in one cycle, and the work that it counts.

use crate::*;
use allonge_contracts::members::Member;
use allonge_contracts::netting::{LOOK, MAX_OF_CROWDED_PAYER, MAX_OF_PAYER, MAX_WAITING};
use allonge_contracts::{Call, Code, Outcome};

fn name(index: usize) -> String {
    format!("m{index:03}")
}

/// So many members with 100.00 each, and a number of obligations of each to others.
fn crowd(members: usize, each: usize) -> World {
    let mut rules = rules();
    let made = (0..members).map(|index| Member {
        account_bank: Some(member("bank-a")),
        ..new_member(&name(index), &[Role::Enterprise], 30)
    });
    rules.members.extend(made);
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    rules.balances = (0..members)
        .map(|index| OpeningBalance {
            member: member(&name(index)),
            money: yuan("100.00"),
        })
        .collect();
    let mut w = World::new(&rules, "2027-01-05");
    for payer in 0..members {
        let calls: Vec<Call> = (0..each)
            .map(|place| {
                let to = (payer + 1 + place * 7 % (members - 1)) % members;
                let sum = 1_000 + (payer * 31 + place * 17) % 9_000;
                let call = Queue {
                    priority: (place % 10) as u8,
                    ..owe(&name(to), Money::new(cny(), sum as u64))
                };
                call.into()
            })
            .collect();
        for calls in calls.chunks(64) {
            let executed = w.run(&name(payer), calls);
            assert!(matches!(executed.outcome, Outcome::Accepted(_)));
        }
    }
    w
}

#[test]
fn ten_thousand_obligations_of_two_hundred_members_are_one_cycle() {
    let mut w = crowd(200, 50);
    // The currency's queues are full.
    let code = w.refused(&name(0), owe(&name(1), yuan("1.00")));
    assert_eq!(code, Code::QueueFull);
    // More than one transaction may use, and nothing has changed.
    w.work_limit = 20_000;
    assert_eq!(w.refused("central", cycle()), Code::WorkExceeded);
    w.time_ms = local_ms(date("2027-01-05"), 20 * 60);
    w.height += 1;
    let run = w.clock_with(1);
    let cycle = last_cycle(&w);
    assert_eq!((cycle.waiting, cycle.eligible), (MAX_WAITING, 10_000));
    // Each owes some 2,700 with 100.00 at hand: most of it can only be settled net.
    assert!(cycle.settled > 6_000, "{cycle:?}");
    assert!(cycle.net < cycle.gross / 10, "{cycle:?}");
    assert_eq!(settled(&run.events).len(), cycle.settled as usize);
    let most = u64::from(MAX_WAITING) * 12 + 200 * 8 + 20;
    assert!(
        run.work > u64::from(MAX_WAITING) * LOOK && run.work <= most,
        "{}",
        run.work
    );
    w.sound();
}

#[test]
fn a_cycle_by_hand_is_charged_by_what_waits() {
    let mut w = crowd(10, 4);
    let executed = w.run("central", &[cycle().into()]);
    let cycle = last_cycle(&w);
    let (settled, left) = (u64::from(cycle.settled), u64::from(40 - cycle.settled));
    assert!(settled > 0);
    // The call, each looked at, each member, each settled; each left is dropped and has a new reason.
    assert_eq!(
        executed.work,
        8 + 40 * 4 + 10 * 8 + settled * 8 + left * (1 + 3)
    );
}

#[test]
fn one_payer_queues_so_many_and_no_more() {
    let mut w = world(&[]);
    w.checked = false;
    let calls: Vec<Call> = (0..64).map(|_| owe("s2", yuan("1.00")).into()).collect();
    for _ in 0..MAX_OF_PAYER / 64 {
        let executed = w.run("s1", &calls);
        assert!(matches!(executed.outcome, Outcome::Accepted(_)));
    }
    assert_eq!(w.refused("s1", owe("s2", yuan("1.00"))), Code::QueueFull);
    // In another currency, and by another member, there is room.
    w.ok("s1", owe("s2", euro("1.00")));
    w.ok("s3", owe("s2", yuan("1.00")));
    // The first of them to the end, and back before all others: the longest move there is.
    let order = ids(&w, "s1");
    w.work_limit = 20_000;
    let to_the_end = Reorder {
        obligation: order[0],
        priority: Some(5),
        before: None,
    };
    w.ok("s1", to_the_end);
    let back = Reorder {
        obligation: order[0],
        priority: None,
        before: Some(order[1]),
    };
    w.ok("s1", back);
    assert_eq!(ids(&w, "s1"), order);
    w.sound();
}

/// Few members cannot take all places: once half of them are taken, whoever has many waiting gets no more.
#[test]
fn a_crowded_currency_keeps_room_for_the_others() {
    let mut w = world(&[]);
    w.checked = false;
    let fill = |w: &mut World, payer: &str, most: u32| {
        for left in (1..=most).rev().step_by(64) {
            let calls: Vec<Call> = (0..left.min(64))
                .map(|_| owe("s2", yuan("1.00")).into())
                .collect();
            let executed = w.run(payer, &calls);
            assert!(
                matches!(executed.outcome, Outcome::Accepted(_)),
                "{payer}: {:?}",
                executed.outcome
            );
        }
    };
    let half = MAX_WAITING / 2;
    fill(&mut w, "s1", MAX_OF_PAYER);
    fill(&mut w, "s3", half - MAX_OF_PAYER - 1);
    // The last place of the first half is for anybody.
    w.ok("s3", owe("s2", yuan("1.00")));
    for payer in ["s1", "s3"] {
        assert_eq!(w.refused(payer, owe("s2", yuan("1.00"))), Code::QueueFull);
        let facts = w.facts(payer, owe("s2", yuan("1.00")));
        let most = u64::from(MAX_OF_CROWDED_PAYER);
        assert_eq!(
            facts,
            [("most".into(), most.into()), ("of".into(), "payer".into())]
        );
        w.ok(payer, owe("s2", euro("1.00")));
    }
    fill(&mut w, "core", MAX_OF_CROWDED_PAYER);
    assert_eq!(w.refused("core", owe("s2", yuan("1.00"))), Code::QueueFull);
    // Whoever takes one out has no claim to its place, but others have room.
    w.ok("bank-a", owe("s2", yuan("1.00")));
    w.sound();
}
