//! Hands and lots of a package as one tree.

use crate::output::state_text;
use allonge_contracts::bills::{
    Bill, Circulation, Hand, InstrumentNumber, Lot, LotRange, RefusalCode, Sale, Settlement, Status,
};
use allonge_contracts::receivables::Certificate;
use allonge_contracts::{Currency, Date, MemberId, Money, json};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is said of the package as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Front {
    /// Which instrument it is, and whose.
    #[serde(flatten)]
    pub paper: Paper,
    /// The sum.
    pub sum: Money,
    /// Maturity date, or the day on which a certificate falls due.
    pub maturity: Date,
}

/// Which instrument a package is, and whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Paper {
    /// A bill.
    Bill {
        /// Its number.
        bill: InstrumentNumber,
        /// Who drew it.
        drawer: MemberId,
        /// The drawee; acceptor once it has accepted.
        acceptor: MemberId,
        /// To whom it is payable.
        payee: MemberId,
    },
    /// A receivable certificate.
    Certificate {
        /// Its number.
        certificate: InstrumentNumber,
        /// Who promises to pay.
        issuer: MemberId,
        /// To whom it was opened.
        payee: MemberId,
    },
}

impl Front {
    /// Its number.
    pub const fn number(&self) -> &InstrumentNumber {
        match &self.paper {
            Paper::Bill { bill, .. } => bill,
            Paper::Certificate { certificate, .. } => certificate,
        }
    }

    /// `Bill` or `Certificate`.
    pub const fn title(&self) -> &'static str {
        match &self.paper {
            Paper::Bill { .. } => "Bill",
            Paper::Certificate { .. } => "Certificate",
        }
    }

    /// Its sides, each with what it is called.
    pub fn sides(&self) -> Vec<(&'static str, &MemberId)> {
        match &self.paper {
            Paper::Bill {
                drawer,
                acceptor,
                payee,
                ..
            } => vec![("drawer", drawer), ("acceptor", acceptor), ("payee", payee)],
            Paper::Certificate { issuer, payee, .. } => vec![("issuer", issuer), ("payee", payee)],
        }
    }

    /// What happens on the day: it `matures`, or is `due`.
    pub const fn falls(&self) -> &'static str {
        match &self.paper {
            Paper::Bill { .. } => "matures",
            Paper::Certificate { .. } => "due",
        }
    }
}

/// One act on a part of the package: a hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// The hand's number within the package, from 0.
    #[serde(with = "json::string")]
    pub hand: u64,
    /// What happened, in the word of the hand's kind; any word can be drawn.
    pub act: String,
    /// The business date.
    pub date: Date,
    /// Who did it; none where the clock did.
    pub from: Option<MemberId>,
    /// To whom, where somebody received it or payment.
    pub to: Option<MemberId>,
    /// Of a guarantee, for whom.
    pub ward: Option<MemberId>,
    /// What was paid for it.
    pub price: Option<Money>,
    /// How the money moved.
    pub settlement: Settlement,
    /// Of a sale, what was agreed.
    pub sale: Option<Sale>,
    /// `from` is liable to nobody by it.
    pub without_liability: bool,
    /// Marked not transferable by `from`.
    pub not_transferable: bool,
    /// Of a refusal, its code.
    pub refusal: Option<RefusalCode>,
    /// The words given with it.
    pub text: String,
}

/// A lot as it stands: where a part of the package has come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Who holds it, or held it when it ended.
    pub holder: MemberId,
    /// How far it has come in its life.
    pub status: Status,
    /// What may be done with it.
    pub circulation: Circulation,
    /// `circulation` with every mark and measure on the lot, in words.
    pub state: String,
}

impl Part {
    /// Whether it is not over.
    pub fn is_live(&self) -> bool {
        self.circulation != Circulation::Ended
    }
}

/// What a node of the tree is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "node", rename_all = "snake_case")]
pub enum What {
    /// The package: the root.
    Package {},
    /// An act.
    Act(Act),
    /// A lot.
    Lot(Part),
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// The index of the node it comes from; none for the package.
    pub parent: Option<usize>,
    /// The units it is about.
    pub range: LotRange,
    /// What they are worth.
    pub amount: Money,
    /// What it is.
    #[serde(flatten)]
    pub what: What,
}

/// A member that holds live lots of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// Who.
    pub holder: MemberId,
    /// How many live lots it holds.
    pub lots: u32,
    /// What they are worth together.
    pub amount: Money,
}

/// Something on a range that follows the hand `after`, or the package itself.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// The number of the hand before it.
    pub after: Option<u64>,
    /// The units it is about.
    pub range: LotRange,
    /// What it is.
    pub what: T,
}

/// How a package was split and where each part went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// The package as a whole.
    #[serde(flatten)]
    pub front: Front,
    /// The package first, then every node after the one it comes from, branch by branch, each branch's nodes
    /// in the order of their units.
    pub nodes: Vec<Node>,
    /// Who holds live lots, the largest holding first.
    pub holders: Vec<Holder>,
}

impl Tree {
    /// The tree of a bill with all its lots and hands.
    pub fn of_bill(bill: &Bill, lots: &[Lot], hands: &[Hand]) -> Tree {
        let front = Front {
            paper: Paper::Bill {
                bill: bill.number,
                drawer: bill.drawer.clone(),
                acceptor: bill.acceptor.clone(),
                payee: bill.payee.clone(),
            },
            sum: bill.sum,
            maturity: bill.maturity,
        };
        Tree::of(front, lots, hands)
    }

    /// The tree of a certificate with all its lots and hands.
    pub fn of_certificate(certificate: &Certificate, lots: &[Lot], hands: &[Hand]) -> Tree {
        let front = Front {
            paper: Paper::Certificate {
                certificate: certificate.number,
                issuer: certificate.issuer.clone(),
                payee: certificate.payee.clone(),
            },
            sum: certificate.sum,
            maturity: certificate.due,
        };
        Tree::of(front, lots, hands)
    }

    fn of(front: Front, lots: &[Lot], hands: &[Hand]) -> Tree {
        let acts = hands.iter().map(|hand| Placed {
            after: hand.parent,
            range: hand.range,
            what: Act {
                hand: hand.number,
                act: hand.kind.as_str().to_owned(),
                date: hand.date,
                from: hand.from.clone(),
                to: hand.to.clone(),
                ward: hand.ward.clone(),
                price: hand.price,
                settlement: hand.settlement,
                sale: hand.sale,
                without_liability: hand.without_liability,
                not_transferable: hand.not_transferable,
                refusal: hand.refusal,
                text: hand.text.as_str().to_owned(),
            },
        });
        let parts = lots.iter().map(|lot| Placed {
            after: Some(lot.hand),
            range: lot.range,
            what: Part {
                holder: lot.holder.clone(),
                status: lot.status,
                circulation: lot.circulation,
                state: match &lot.receivable {
                    Some(receivable) => {
                        format!("tier {}, {}", receivable.tier, state_text(lot))
                    }
                    None => state_text(lot),
                },
            },
        });
        Tree::grow(front, acts.collect(), parts.collect())
    }

    /// The tree of these acts and parts. What follows no earlier hand follows the package, so that nothing is lost.
    pub fn grow(front: Front, acts: Vec<Placed<Act>>, parts: Vec<Placed<Part>>) -> Tree {
        let holders = holders(front.sum.currency, &parts);
        let mut under: BTreeMap<Option<u64>, Vec<Placed<What>>> = BTreeMap::new();
        let numbers: BTreeSet<u64> = acts.iter().map(|act| act.what.hand).collect();
        let known = |hand: &u64| numbers.contains(hand);
        for act in acts {
            // A hand's parent is older than itself; anything else would be a circle.
            let after = act
                .after
                .filter(|hand| known(hand) && *hand < act.what.hand);
            under.entry(after).or_default().push(Placed {
                after: act.after,
                range: act.range,
                what: What::Act(act.what),
            });
        }
        for part in parts {
            let after = part.after.filter(known);
            under.entry(after).or_default().push(Placed {
                after: part.after,
                range: part.range,
                what: What::Lot(part.what),
            });
        }
        for children in under.values_mut() {
            children.sort_by_key(order);
        }

        let whole = LotRange {
            start: 1,
            end: front.sum.minor,
        };
        let root = Placed {
            after: None,
            range: whole,
            what: What::Package {},
        };
        let mut nodes = Vec::new();
        let mut open = vec![(None, root)];
        while let Some((parent, placed)) = open.pop() {
            let index = nodes.len();
            let children = match &placed.what {
                What::Package {} => under.remove(&None),
                What::Act(act) => under.remove(&Some(act.hand)),
                What::Lot(_) => None,
            };
            let children = children.unwrap_or_default().into_iter().rev();
            open.extend(children.map(|child| (Some(index), child)));
            nodes.push(Node {
                parent,
                range: placed.range,
                amount: Money::new(front.sum.currency, placed.range.amount().unwrap_or(0)),
                what: placed.what,
            });
        }
        Tree {
            front,
            nodes,
            holders,
        }
    }

    /// Its lots, live and ended.
    pub fn lots(&self) -> impl Iterator<Item = (&Node, &Part)> {
        self.nodes.iter().filter_map(|node| match &node.what {
            What::Lot(part) => Some((node, part)),
            _ => None,
        })
    }

    /// Its acts.
    pub fn acts(&self) -> impl Iterator<Item = (&Node, &Act)> {
        self.nodes.iter().filter_map(|node| match &node.what {
            What::Act(act) => Some((node, act)),
            _ => None,
        })
    }
}

/// By units; of the same units an act before a lot, and the earlier act first.
fn order(placed: &Placed<What>) -> (u64, u64, u8, u64) {
    let (class, number) = match &placed.what {
        What::Package {} => (0, 0),
        What::Act(act) => (1, act.hand),
        What::Lot(_) => (2, 0),
    };
    (placed.range.start, placed.range.end, class, number)
}

fn holders(currency: Currency, parts: &[Placed<Part>]) -> Vec<Holder> {
    let mut held: BTreeMap<&MemberId, (u32, u64)> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.what.is_live()) {
        let (lots, minor) = held.entry(&part.what.holder).or_default();
        *lots = lots.saturating_add(1);
        *minor = minor.saturating_add(part.range.amount().unwrap_or(0));
    }
    let mut holders: Vec<Holder> = held
        .into_iter()
        .map(|(holder, (lots, minor))| Holder {
            holder: holder.clone(),
            lots,
            amount: Money::new(currency, minor),
        })
        .collect();
    // Stable: equal holdings stay in the order of names.
    holders.sort_by_key(|holder| std::cmp::Reverse(holder.amount.minor));
    holders
}
