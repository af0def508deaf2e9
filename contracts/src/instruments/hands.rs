//! Hands: one immutable record for every act in a lot's life.

use crate::instruments::{Hand, HandKind, LotRange, Paper, RefusalCode, Sale, Settlement};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{HANDS, instrument_entity};
use crate::text::Text;

/// What is said of a new hand; the rest follows from the instrument and the block.
pub(crate) struct NewHand {
    pub(crate) parent: Option<u64>,
    pub(crate) kind: HandKind,
    pub(crate) range: LotRange,
    pub(crate) from: Option<MemberId>,
    pub(crate) to: Option<MemberId>,
    pub(crate) price: Option<Money>,
    pub(crate) not_transferable: bool,
    pub(crate) refusal: Option<RefusalCode>,
    pub(crate) text: Text<256>,
    pub(crate) ward: Option<MemberId>,
    pub(crate) without_liability: bool,
    pub(crate) sale: Option<Sale>,
    pub(crate) settlement: Settlement,
}

impl NewHand {
    /// A hand of a kind over a range, nothing else said.
    pub(crate) fn new(kind: HandKind, range: LotRange, parent: Option<u64>) -> NewHand {
        NewHand {
            parent,
            kind,
            range,
            from: None,
            to: None,
            price: None,
            not_transferable: false,
            refusal: None,
            text: Text::empty(),
            ward: None,
            without_liability: false,
            sale: None,
            settlement: Settlement::Dvp,
        }
    }
}

/// Records a hand under the instrument's next number, writes the instrument, and gives the number.
pub(crate) fn record_hand(
    run: &mut Run<'_, '_>,
    paper: &mut dyn Paper,
    new: NewHand,
) -> Result<u64, StateFault> {
    let number = paper.next_hand();
    let hand = Hand {
        number,
        parent: new.parent,
        kind: new.kind,
        range: new.range,
        from: new.from,
        to: new.to,
        date: run.date(),
        height: run.block.height,
        price: new.price,
        not_transferable: new.not_transferable,
        refusal: new.refusal,
        text: new.text,
        ward: new.ward,
        without_liability: new.without_liability,
        sale: new.sale,
        settlement: new.settlement,
    };
    let of = paper.number();
    HANDS.put(
        run.state,
        instrument_entity(&of),
        &number.to_be_bytes(),
        &hand,
    )?;
    paper.put(run.state)?;
    Ok(number)
}
