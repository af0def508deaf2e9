//! The events of bills and their lots.

use crate::bills::{
    Bill, Claim, Frozen, InstrumentNumber, LotRange, Pledge, RefusalCode, Sale, Settlement,
    UseLimits,
};
use crate::coded::coded_structs;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::text::Text;

coded_structs! {
    /// A bill was registered.
    pub struct BillRegistered { /// The bill.
        pub bill: Bill }
    /// The drawee accepted.
    pub struct BillAccepted { /// The bill.
        pub bill: InstrumentNumber, /// The acceptor.
        pub acceptor: MemberId, /// The sum.
        pub money: Money }
    /// The payee took delivery.
    pub struct BillDelivered { /// The bill.
        pub bill: InstrumentNumber, /// Drawer.
        pub from: MemberId, /// Payee.
        pub to: MemberId, /// The sum.
        pub money: Money }
    /// A lot changed hands.
    pub struct BillEndorsed { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Endorser.
        pub from: MemberId, /// Endorsee.
        pub to: MemberId, /// Its amount.
        pub money: Money, /// Marked not transferable by the endorser.
        pub not_transferable: bool }
    /// The drawer revoked.
    pub struct BillRevoked { /// The bill.
        pub bill: InstrumentNumber, /// The drawer.
        pub by: MemberId }
    /// A lot was presented for payment.
    pub struct BillPresented { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The holder.
        pub holder: MemberId, /// The acceptor.
        pub acceptor: MemberId, /// Its amount.
        pub money: Money, /// The request that the acceptor answers.
        pub request: RequestId, /// By the clock, not by hand.
        pub by_clock: bool }
    /// A lot was paid: paper and cash moved in the same instant.
    pub struct BillPaid { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Payer.
        pub from: MemberId, /// Holder.
        pub to: MemberId, /// Its amount.
        pub money: Money, /// By the clock, not by hand.
        pub by_clock: bool }
    /// Payment of a lot was refused.
    pub struct BillDishonoured { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The holder.
        pub holder: MemberId, /// The acceptor.
        pub acceptor: MemberId, /// Why.
        pub code: RefusalCode, /// In words.
        pub text: Text<256>, /// By the clock, not by hand.
        pub by_clock: bool }
    /// A lot ended without payment.
    pub struct BillTerminated { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Why, in a word: `unaccepted`, `undelivered`, `extinguished`.
        pub reason: Text<32> }
    /// A lot was cut in two.
    pub struct LotSplit { /// The instrument.
        pub instrument: InstrumentNumber, /// The low end, which moves.
        pub moved: LotRange, /// The high end, which stays.
        pub kept: LotRange }
    /// A part whose request came to nothing is one with its neighbour again.
    pub struct LotRejoined { /// The instrument.
        pub instrument: InstrumentNumber, /// The lot as it now is.
        pub lot: LotRange }
    /// A bill was returned to the acceptor unused.
    pub struct BillReturned { /// The bill.
        pub bill: InstrumentNumber, /// The drawer.
        pub from: MemberId, /// The acceptor.
        pub to: MemberId, /// The sum.
        pub money: Money }
    /// The mark "not transferable" was removed.
    pub struct BillUnmarked { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The holder.
        pub holder: MemberId, /// Who had set it.
        pub by: MemberId }
    /// A lot was guaranteed.
    pub struct BillGuaranteed { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Who guarantees.
        pub guarantor: MemberId, /// For whom.
        pub ward: MemberId, /// Its amount.
        pub money: Money }
    /// A lot was sold.
    pub struct BillDiscounted { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Seller.
        pub from: MemberId, /// Buyer.
        pub to: MemberId, /// Its amount.
        pub money: Money, /// What was paid for it.
        pub price: Money, /// What was agreed.
        pub sale: Sale, /// How the money moved.
        pub settlement: Settlement }
    /// A lot was bought back under repo.
    pub struct BillRedeemed { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The buyer under repo.
        pub from: MemberId, /// The original seller.
        pub to: MemberId, /// What was paid: its face.
        pub money: Money, /// How the money moved.
        pub settlement: Settlement }
    /// A lot was not bought back in time.
    pub struct BillRepoLapsed { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The seller, liable from now on.
        pub seller: MemberId, /// The buyer, who keeps it.
        pub holder: MemberId, /// Its amount.
        pub money: Money }
    /// A lot was pledged.
    pub struct LotPledged { /// The instrument.
        pub instrument: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The pledgor.
        pub pledgor: MemberId, /// The pledge.
        pub pledge: Pledge, /// Its amount.
        pub money: Money }
    /// A lot was released from pledge.
    pub struct LotReleased { /// The instrument.
        pub instrument: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The pledgor.
        pub pledgor: MemberId, /// The pledgee.
        pub pledgee: MemberId, /// What the pledgor paid for it.
        pub price: Option<Money>, /// How the money moved.
        pub settlement: Settlement }
    /// The acceptor disclosed its acceptance.
    pub struct BillDisclosed { /// The bill.
        pub bill: InstrumentNumber, /// The acceptor.
        pub acceptor: MemberId }
    /// What may be done with a lot was narrowed.
    pub struct BillNarrowed { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The holder.
        pub by: MemberId, /// Whether it may be cut.
        pub splittable: bool, /// Its limits.
        pub limits: Option<UseLimits> }
    /// What was paid on a lot is set aside on the owner's account: pledged, or frozen by a court.
    pub struct ProceedsHeld { /// The instrument.
        pub instrument: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Whose account.
        pub owner: MemberId, /// How much.
        pub money: Money, /// The pledge.
        pub pledge: Option<Pledge>, /// By order of a court.
        pub frozen: bool }
    /// Proceeds set aside are free or went to the one entitled to them.
    pub struct ProceedsPaid { /// The instrument.
        pub instrument: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Whose account they were on.
        pub owner: MemberId, /// Who received `paid`.
        pub to: Option<MemberId>, /// What that member received.
        pub paid: Money, /// What the owner may use again.
        pub freed: Money }
    /// Notice of recourse was given.
    pub struct RecourseNoticed { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// By whom.
        pub claimant: MemberId, /// To whom.
        pub parties: Vec<MemberId>, /// What is claimed.
        pub claim: Claim, /// Given after the days for it, which costs damages only.
        pub late: bool, /// In words.
        pub text: Text<256> }
    /// A claim of recourse was settled.
    pub struct RecourseSettled { /// The bill.
        pub bill: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Who paid.
        pub from: MemberId, /// The claimant.
        pub to: MemberId, /// What was paid.
        pub money: Money, /// The lot ended; otherwise the payer holds it and may pursue those liable to it.
        pub ended: bool }
    /// A court froze a lot, stopped its payment, or lifted its measure.
    pub struct CourtMeasured { /// The instrument.
        pub instrument: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The court.
        pub by: MemberId, /// The order's number.
        pub order: Text<64>, /// How the lot stands now.
        pub frozen: Frozen }
    /// A court transferred a lot, or the frozen proceeds of a paid one.
    pub struct CourtTransferred { /// The instrument.
        pub instrument: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The court.
        pub by: MemberId, /// The order's number.
        pub order: Text<64>, /// From whom.
        pub from: MemberId, /// To whom.
        pub to: MemberId, /// The lot's amount, or the proceeds.
        pub money: Money }
}
