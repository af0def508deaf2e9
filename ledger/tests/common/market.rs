//! A bill on the chain: drawn, accepted, delivered, split and endorsed.

use super::*;
use allonge_contracts::bills::{BillKind, InstrumentNumber, LotRange};
use allonge_contracts::calls::{
    Agree, CallIndex, InstrumentRef, Register, RequestAcceptance, RequestDelivery,
    RequestEndorsement, RequestRef,
};
use allonge_contracts::{CallResult, Outcome};

/// Bills drawn by t-0 on the bank for t-1, accepted, delivered and partly endorsed.
pub struct Market {
    pub chain: Chain,
    pub bill: InstrumentNumber,
}

fn results(block: &ExecutedBlock, index: usize) -> Vec<CallResult> {
    match &block.receipts.transactions[index].outcome {
        Outcome::Accepted(results) => results.clone(),
        Outcome::Rejected(rejection) => panic!("{rejection:?}"),
    }
}

fn agree(results: &[CallResult]) -> Call {
    let asked = results.iter().find_map(|result| match result {
        CallResult::Request { request, terms } => Some((*request, *terms)),
        _ => None,
    });
    let (request, terms): (RequestId, Hash) = asked.unwrap();
    Agree {
        request: RequestRef::Id(request),
        terms,
    }
    .into()
}

impl Market {
    pub fn new() -> Self {
        let mut chain = Chain::new();
        let register = Register {
            profile: Default::default(),
            limits: None,
            kind: BillKind::Bank,
            acceptor: id("bank"),
            payee: id("t-1"),
            sum: cny(100_000),
            maturity: "2027-03-01".parse().unwrap(),
            issue_date: None,
            splittable: true,
            not_transferable: false,
            trade_background: vec![Hash([5; 32])],
            backing: Vec::new(),
        };
        let ask = RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        };
        let issue = chain.tx("t-0", vec![register.into(), ask.into()]);
        let made = results(chain.append(&[issue]), 0);
        let CallResult::Bill(bill) = made[0] else {
            panic!("{made:?}")
        };
        let mut market = Market { chain, bill };
        market.act("bank", agree(&made));
        let made = market.act(
            "t-0",
            RequestDelivery {
                bill: InstrumentRef::Number(bill),
                answer_by: None,
            }
            .into(),
        );
        market.act("t-1", agree(&made));
        let made = market.act(
            "t-1",
            RequestEndorsement {
                purpose: Default::default(),
                bill: InstrumentRef::Number(bill),
                lot: LotRange {
                    start: 1,
                    end: 100_000,
                },
                part: Some(cny(12_100)),
                to: id("t-2"),
                not_transferable: false,
                answer_by: None,
            }
            .into(),
        );
        market.act("t-2", agree(&made));
        market
    }

    pub fn act(&mut self, actor: &str, call: Call) -> Vec<CallResult> {
        let tx = self.chain.tx(actor, vec![call]);
        let filler = self.chain.tx("t-3", vec![transfer("t-2", 1)]);
        results(self.chain.append(&[filler, tx]), 1)
    }

    pub fn state(&self) -> &LedgerState {
        &self.chain.state
    }

    pub fn latest(&self) -> (&ExecutedBlock, Certificate) {
        let (block, certificate) = self.chain.blocks.last().unwrap();
        (block, certificate.clone())
    }
}
