//! The order of a queue, and how its payer changes it.

use crate::*;

fn to_end_of(obligation: RequestId, priority: u8) -> Reorder {
    Reorder {
        obligation,
        priority: Some(priority),
        before: None,
    }
}

fn before(obligation: RequestId, other: RequestId) -> Reorder {
    Reorder {
        obligation,
        priority: None,
        before: Some(other),
    }
}

#[test]
fn a_queue_goes_by_priority_and_then_by_arrival() {
    let mut w = world(&[]);
    let of = |priority| Queue {
        priority,
        ..owe("s2", yuan("1.00"))
    };
    let made = [9, 5, 0, 5, 0].map(|priority| queued(&mut w, "s1", of(priority)));
    queued(&mut w, "s3", of(1));
    let order = [2, 4, 1, 3, 0].map(|index| made[index]);
    assert_eq!(ids(&w, "s1"), order);
    // Page by page the same.
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = read::queue(&w.memory, &member("s1"), cny(), after, 2).unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.priority, last.place));
        paged.extend(page.iter().map(|o| o.id));
    }
    assert_eq!(paged, order);
    let found = read::obligation(&w.memory, &made[3]).unwrap().unwrap();
    assert_eq!((found.payer, found.waits), (member("s1"), Wait::New));
}

#[test]
fn moves_follow_a_plain_list() {
    let mut w = world(&[]);
    let mut seed = 7u64;
    let mut dice = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % n
    };
    let mut list: Vec<(u8, RequestId)> = Vec::new();
    let end_of = |list: &[(u8, RequestId)], priority| {
        list.iter().filter(|(one, _)| *one <= priority).count()
    };
    for step in 0..400 {
        let priority = dice(3) as u8;
        if list.len() < 4 || dice(5) == 0 {
            let call = Queue {
                priority,
                ..owe("s2", yuan("1.00"))
            };
            let id = queued(&mut w, "s1", call);
            list.insert(end_of(&list, priority), (priority, id));
        } else if dice(6) == 0 {
            let (_, id) = list.remove(dice(list.len()));
            w.ok("s1", CancelObligation { obligation: id });
        } else {
            let (_, id) = list.remove(dice(list.len()));
            if dice(2) == 0 {
                w.ok("s1", to_end_of(id, priority));
                list.insert(end_of(&list, priority), (priority, id));
            } else {
                let place = dice(list.len());
                let (priority, other) = list[place];
                w.ok("s1", before(id, other));
                list.insert(place, (priority, id));
            }
        }
        let found: Vec<_> = queue(&w, "s1").iter().map(|o| (o.priority, o.id)).collect();
        assert_eq!(found, list, "step {step}");
    }
}

#[test]
fn what_is_cancelled_is_gone() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    let gone = queued(&mut w, "s1", owe("s2", yuan("1.00")));
    let stays = queued(&mut w, "s1", owe("s2", yuan("2.00")));
    let executed = w.run("s1", &[CancelObligation { obligation: gone }.into()]);
    assert_eq!(names(&executed.events), ["netting.cancelled"]);
    assert_eq!(read::obligation(&w.memory, &gone).unwrap(), None);
    assert_eq!(run(&mut w), [stays]);
    assert_eq!(w.cash("s2").0, 200);
    // The last one that leaves takes the clock's item along.
    let last = queued(&mut w, "s1", owe("s2", yuan("1.00")));
    assert_eq!(
        allonge_contracts::clock::read::due(&w.memory, None, 9)
            .unwrap()
            .len(),
        2
    );
    w.ok("s1", CancelObligation { obligation: last });
    assert_eq!(
        allonge_contracts::clock::read::due(&w.memory, None, 9).unwrap(),
        []
    );
}

#[test]
fn cycles_are_read_latest_first() {
    let mut w = world(&[("s1", yuan("10.00"))]);
    for sum in ["1.00", "2.00", "3.00"] {
        queued(&mut w, "s1", owe("s2", yuan(sum)));
        run(&mut w);
    }
    let numbers = |before, limit| -> Vec<(u64, u128)> {
        read::cycles(&w.memory, cny(), before, limit)
            .unwrap()
            .iter()
            .map(|cycle| (cycle.number, cycle.gross))
            .collect()
    };
    assert_eq!(numbers(None, 2), [(3, 300), (2, 200)]);
    assert_eq!(numbers(Some(2), 2), [(1, 100)]);
    assert_eq!(numbers(Some(1), 2), []);
    assert_eq!(numbers(Some(0), 2), []);
    assert_eq!(last_cycle(&w).by, Some(member("central")));
}
