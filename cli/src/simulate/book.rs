//! The ledger as its events tell it: cash, papers and their lots, lines. What each event does is in `entries`.

use super::papers::{LotState, Paper, PaperKind, Standing};
use super::world::{Who, World};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::{Date, MemberId, RequestId};
use std::collections::{BTreeMap, BTreeSet};

/// Something that happened and that the report tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Cash by its holder's act.
    Cash {
        from: Who,
        to: Who,
        minor: u64,
        purpose: String,
    },
    /// An obligation settled by netting.
    Netted {
        id: RequestId,
        from: Who,
        to: Who,
        minor: u64,
    },
    /// An obligation whose deadline passed.
    Ended {
        id: RequestId,
        from: Who,
        to: Who,
        minor: u64,
    },
    Cycle {
        gross: u128,
        net: u128,
        waiting: u32,
        settled: u32,
    },
    /// Paper came to its first holder.
    Issued {
        kind: PaperKind,
        to: Who,
        minor: u64,
    },
    /// Paper was handed on.
    Moved {
        kind: PaperKind,
        from: Who,
        to: Who,
        minor: u64,
        tier: u16,
    },
    /// Paper was financed.
    Financed {
        kind: PaperKind,
        seller: Who,
        funder: Who,
        advance: u64,
        price: u64,
        days: u32,
        recourse: bool,
    },
    /// Paper was paid.
    Paid {
        kind: PaperKind,
        to: Who,
        minor: u64,
    },
    /// Paper fell due and was not paid.
    Overdue {
        kind: PaperKind,
        debtor: Who,
        holder: Who,
        minor: u64,
    },
    /// The seller of overdue paper took it back from its funder.
    TakenBack {
        funder: Who,
        seller: Who,
        minor: u64,
    },
    /// A pool was redeemed as far as cash went.
    Pool { issuer: Who, owed: u128, paid: u64 },
}

/// A credit line as granted.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineOf {
    pub core: Who,
    pub limit: u64,
}

/// A piece of paper that its holder may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub number: InstrumentNumber,
    pub kind: PaperKind,
    pub range: LotRange,
    pub minor: u64,
    /// Who is to pay.
    pub debtor: Who,
    /// The day of payment.
    pub due: Date,
}

/// The ledger's business, as far as a run made it.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    names: BTreeMap<MemberId, Who>,
    pub cash: Vec<u64>,
    pub papers: BTreeMap<InstrumentNumber, Paper>,
    pub lines: BTreeMap<RequestId, LineOf>,
    /// What a request for taking back asks for.
    pub(super) asked: BTreeMap<RequestId, u64>,
    /// Papers that changed since they were last compared with the ledger.
    pub touched: BTreeSet<InstrumentNumber>,
    /// What does not fit what was known: a lot of an unknown paper, cash beyond a balance.
    pub faults: Vec<String>,
    pub today: Option<Date>,
    /// What a cycle of netting has changed so far.
    pub(super) netted: BTreeMap<Who, i128>,
}

impl Book {
    pub fn new(world: &World) -> Self {
        let names = world.parties.iter().enumerate();
        Book {
            names: names.map(|(who, party)| (party.id.clone(), who)).collect(),
            cash: world.parties.iter().map(|party| party.cash).collect(),
            ..Book::default()
        }
    }

    pub fn cash(&self, who: Who) -> u64 {
        self.cash.get(who).copied().unwrap_or(0)
    }

    /// What a request for taking back asks for, in minor units.
    pub fn asked(&self, request: &RequestId) -> u64 {
        self.asked.get(request).copied().unwrap_or(0)
    }

    /// What of a party's own papers is due and not paid.
    pub fn overdue(&self, debtor: Who) -> u64 {
        let papers = self.papers.values().filter(|paper| paper.debtor == debtor);
        papers.map(|paper| paper.sum_of(Standing::Overdue)).sum()
    }

    /// What of a line stands open.
    pub fn used(&self, line: &RequestId) -> u64 {
        let papers = self.papers.values();
        papers
            .filter(|paper| paper.line.as_ref() == Some(line))
            .map(|paper| {
                [Standing::Waiting, Standing::Held, Standing::Overdue]
                    .map(|standing| paper.sum_of(standing))
                    .iter()
                    .sum::<u64>()
            })
            .sum()
    }

    pub fn line_of(&self, core: Who) -> Option<(RequestId, LineOf)> {
        self.lines
            .iter()
            .find(|(_, line)| line.core == core)
            .map(|(id, line)| (*id, *line))
    }

    /// What a party may hand on or sell, due after a day: the earliest first, larger ones before smaller ones.
    pub fn pieces(&self, holder: Who, after: Date) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (number, paper) in &self.papers {
            if paper.due <= after {
                continue;
            }
            for (start, lot) in &paper.lots {
                if lot.holder == holder && lot.is_free() {
                    pieces.push(Piece {
                        number: *number,
                        kind: paper.kind,
                        range: LotRange {
                            start: *start,
                            end: lot.end,
                        },
                        minor: lot.units(*start),
                        debtor: paper.debtor,
                        due: paper.payable_on,
                    });
                }
            }
        }
        pieces.sort_by_key(|piece| {
            (
                piece.due,
                piece.debtor,
                u64::MAX - piece.minor,
                piece.number,
                piece.range.start,
            )
        });
        pieces
    }

    pub(super) fn who(&mut self, id: &MemberId) -> Who {
        match self.names.get(id) {
            Some(who) => *who,
            None => {
                self.faults.push(format!("{id} is not of this run"));
                super::world::OUTSIDE
            }
        }
    }

    /// Cash moves.
    pub(super) fn pay(&mut self, from: &MemberId, to: &MemberId, minor: u64) -> (Who, Who) {
        let (from, to) = (self.who(from), self.who(to));
        match self.cash.get_mut(from) {
            Some(cash) if *cash >= minor => *cash -= minor,
            _ => self
                .faults
                .push(format!("party {from} pays {minor}, more than it has")),
        }
        if let Some(cash) = self.cash.get_mut(to) {
            *cash = cash.saturating_add(minor);
        }
        (from, to)
    }

    /// Does something to a lot, cut out of those that cover it.
    pub(super) fn lot(
        &mut self,
        number: &InstrumentNumber,
        range: LotRange,
        change: impl FnOnce(&mut LotState),
    ) {
        self.touched.insert(*number);
        let lot = self
            .papers
            .get_mut(number)
            .and_then(|paper| paper.carve(range));
        match lot {
            Some(lot) => change(lot),
            None => self
                .faults
                .push(format!("no lot {range} of {number} is known")),
        }
    }

    pub(super) fn free(&mut self, number: &InstrumentNumber, range: LotRange) {
        self.lot(number, range, |lot| lot.locked = false);
    }

    pub(super) fn whole(&self, number: &InstrumentNumber) -> LotRange {
        LotRange {
            start: 1,
            end: self.papers.get(number).map_or(1, |paper| paper.sum),
        }
    }

    pub(super) fn debtor(&self, number: &InstrumentNumber) -> Who {
        self.papers
            .get(number)
            .map_or(super::world::OUTSIDE, |paper| paper.debtor)
    }
}
