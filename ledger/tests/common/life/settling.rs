//! Cash and paper of many hands settled at once: instructions, and cycles of netting.

use super::*;
use crate::common::deals::*;

impl Life {
    /// Three of them: one settles, one is taken back, one nobody affirms in time. The first swaps a part of a
    /// certificate, a bill and cash among three.
    pub(super) fn instructions(&mut self, certificate: InstrumentNumber, bill: InstrumentNumber) {
        let (rest, part) = (range(95_001, 150_000), Some(cny(5_000)));
        let legs = vec![
            delivers(certificate, rest, part, "t-1", "t-2"),
            pays("t-2", "t-1", 4_900),
            delivers(bill, range(1, 20_000), None, "t-1", "t-3"),
            pays("t-3", "t-1", 19_500),
        ];
        let propose_first = propose(legs, "2027-05-20");
        let made = self.block(vec![("t-1", vec![propose_first])]).remove(0);
        for name in ["t-1", "t-2", "t-3"] {
            self.block(vec![(name, vec![affirm(&made)])]);
        }

        let rest = range(100_001, 150_000);
        let legs = || {
            vec![
                delivers(certificate, rest, part, "t-1", "t-2"),
                pays("t-2", "t-1", 4_900),
            ]
        };
        let made = self
            .block(vec![("t-1", vec![propose(legs(), "2027-05-20")])])
            .remove(0);
        self.block(vec![
            ("t-1", vec![affirm(&made)]),
            ("t-2", vec![cancel(&made)]),
        ]);

        let made = self
            .block(vec![("t-1", vec![propose(legs(), "2027-05-04")])])
            .remove(0);
        self.block(vec![("t-1", vec![affirm(&made)])]);
    }

    /// A ring of debts settled by a cycle that a payer runs; one more at the close. One is moved, one taken out, one
    /// too large for its payer, one not to be settled yet.
    pub(super) fn cycles(&mut self) {
        let limits = SetLimits {
            currency: cny(0).currency,
            multilateral: Some(cny(100_000)),
            bilateral: vec![BilateralLimit {
                member: id("t-1"),
                limit: cny(60_000),
            }],
            reserve: Some(cny(1_000)),
        };
        let later = Queue {
            not_before: Some(date("2027-05-06")),
            ..queue("t-3", 700, 5, "2027-05-06")
        };
        let made = self.block(vec![
            (
                "t-0",
                vec![
                    limits.into(),
                    queue("t-1", 50_000, 5, "2027-05-20").into(),
                    queue("t-2", 2_000, 5, "2027-05-20").into(),
                    queue("t-3", 100, 9, "2027-05-20").into(),
                    later.into(),
                ],
            ),
            ("t-1", vec![queue("t-2", 45_000, 5, "2027-05-20").into()]),
            ("t-2", vec![queue("t-0", 48_000, 0, "2027-05-20").into()]),
            (
                "core",
                vec![queue("t-3", 900_000_000, 5, "2027-05-05").into()],
            ),
        ]);
        let own = ids_of(&made[0]);
        let reorder = Reorder {
            obligation: own[1],
            priority: None,
            before: Some(own[0]),
        };
        let cancel = CancelObligation { obligation: own[2] };
        self.block(vec![("t-0", vec![reorder.into(), cancel.into()])]);
        self.block(vec![("t-1", vec![run_cycle()])]);
        self.block(vec![(
            "t-3",
            vec![queue("t-0", 400, 5, "2027-05-20").into()],
        )]);
    }
}

fn cancel(made: &[CallResult]) -> Call {
    let proposed = made.iter().find_map(|result| match result {
        CallResult::Instruction { instruction, .. } => Some(*instruction),
        _ => None,
    });
    CancelInstruction {
        instruction: RequestRef::Id(proposed.expect("an instruction")),
    }
    .into()
}
