//! The calls on bills and their lots (rule book 2.2).

use crate::bills::{BillKind, LotRange, Market, Profile, RepoDates, Settlement, UseLimits};
use crate::calls::{InstrumentRef, RequestRef};
use crate::coded::coded_structs;
use crate::date::Date;
use crate::hash::Hash;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::rate::{DayCount, Rate};
use crate::text::Text;
use crate::trade::Backing;

coded_structs! {
    /// The drawer registers a bill (rule book 2.1): status issued / awaiting receipt. The result is its number.
    pub struct Register {
        /// Bank, finance-company or commercially accepted.
        pub kind: BillKind,
        /// The drawee, who is asked to accept.
        pub acceptor: MemberId,
        /// To whom it is payable.
        pub payee: MemberId,
        /// The sum, fixed for ever.
        pub sum: Money,
        /// The fixed maturity date.
        pub maturity: Date,
        /// The issue date; the current business date where absent, and nothing else is accepted.
        pub issue_date: Option<Date>,
        /// Whether the package may be split.
        pub splittable: bool,
        /// Marked not transferable by the drawer.
        #[serde(default)]
        pub not_transferable: bool,
        /// Hashes of contracts, invoices and documents behind it, at most 16.
        #[serde(default)]
        pub trade_background: Vec<Hash>,
        /// The law it is under.
        #[serde(default)]
        pub profile: Profile,
        /// Use limits of every lot.
        #[serde(default)]
        pub limits: Option<UseLimits>,
        /// Invoices on which the bill draws, and how much of each, at most 16 and no more in all than the sum: from the
        /// drawer or the payee to the drawer or the drawee (rule book 3.4).
        #[serde(default)]
        pub backing: Vec<Backing>,
    }

    /// The drawer asks the drawee to accept the whole bill.
    pub struct RequestAcceptance {
        /// The bill.
        pub bill: InstrumentRef,
        /// Lapses at the close of this day; three days ahead where absent, and never later than that.
        pub answer_by: Option<Date>,
    }

    /// The drawee answers a request for acceptance by accepting a part of the sum, which is the low end of the
    /// package; valid where the bill's law allows it (ULB 26). Of the whole sum it is as agreement.
    pub struct AcceptPart {
        /// The request for acceptance.
        pub request: RequestRef,
        /// The hash of its terms.
        pub terms: Hash,
        /// How much is accepted.
        pub part: Money,
    }

    /// The drawer delivers the accepted bill to the payee, who signs for it.
    pub struct RequestDelivery {
        /// The bill.
        pub bill: InstrumentRef,
        /// Lapses at the close of this day.
        pub answer_by: Option<Date>,
    }

    /// The holder endorses a lot, or the low end of it, to another member, who signs for it.
    pub struct RequestEndorsement {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it moves; the whole lot where absent. The part takes the low end (rule book 2.1).
        pub part: Option<Money>,
        /// Who receives it.
        pub to: MemberId,
        /// Marked not transferable by the endorser.
        #[serde(default)]
        pub not_transferable: bool,
        /// What for; must be the lot's purpose where one is set.
        #[serde(default)]
        pub purpose: Text<64>,
        /// Lapses at the close of this day; the day before maturity where absent.
        pub answer_by: Option<Date>,
    }

    /// The drawer revokes a bill that is not accepted.
    pub struct Revoke {
        /// The bill.
        pub bill: InstrumentRef,
    }

    /// The holder presents a lot for payment by hand: early, or again after a refusal. The acceptor pays
    /// by agreeing to the request. At maturity the clock presents every lot.
    pub struct Present {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it is presented; the whole lot where absent.
        #[serde(default)]
        pub part: Option<Money>,
        /// Required when it is presented after the window (rule book 2.3).
        #[serde(default)]
        pub explanation: Text<256>,
    }

    /// The drawer asks the acceptor to take an accepted, undelivered bill back unused.
    pub struct RequestUnusedReturn {
        /// The bill.
        pub bill: InstrumentRef,
        /// Lapses at the close of this day; the end of the presentment window where absent.
        pub answer_by: Option<Date>,
    }

    /// The holder asks whoever set the mark "not transferable" to remove it.
    pub struct RequestUnmark {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// Lapses at the close of this day; the day before maturity where absent.
        pub answer_by: Option<Date>,
    }

    /// The ward asks for a guarantee: the drawer before acceptance, then the acceptor, after delivery the holder.
    pub struct RequestGuarantee {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands; may be left out while the bill is whole.
        pub lot: Option<LotRange>,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// Who guarantees.
        pub guarantor: MemberId,
        /// For whom, where another than the asker is meant; only under `geneva`.
        pub ward: Option<MemberId>,
        /// Lapses at the close of this day; the day before maturity where absent.
        pub answer_by: Option<Date>,
    }

    /// The holder sells a lot: to a bank, bank to bank, or bank to central bank; for good or under repo.
    pub struct RequestDiscount {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// The buyer.
        pub to: MemberId,
        /// On which market.
        pub market: Market,
        /// Annual rate.
        pub rate: Rate,
        /// How days are counted.
        pub day_count: DayCount,
        /// Under repo, until when it may be bought back; for good where absent.
        pub repo: Option<RepoDates>,
        /// How the money moves.
        pub settlement: Settlement,
        /// The seller is not liable to later holders; only between banks, and not under repo.
        #[serde(default)]
        pub without_liability: bool,
        /// Hashes of trade papers between the seller and the one before it, at most 16.
        #[serde(default)]
        pub papers: Vec<Hash>,
        /// What for; must be the lot's purpose where one is set.
        #[serde(default)]
        pub purpose: Text<64>,
        /// Lapses at the close of this day; where absent the day before maturity, under repo the day before its
        /// window opens, and never later than that.
        pub answer_by: Option<Date>,
    }

    /// The buyer under repo lets the seller buy back, at face.
    pub struct RequestRedemption {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// How the money moves.
        pub settlement: Settlement,
        /// Lapses at the close of this day; the cut-off where absent.
        pub answer_by: Option<Date>,
    }

    /// The holder pledges a lot for a debt.
    pub struct RequestPledge {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// The pledgee.
        pub to: MemberId,
        /// The debt secured, in the bill's currency.
        pub debt: Money,
        /// When it is due.
        pub debt_due: Date,
        /// What for; must be the lot's purpose where one is set.
        #[serde(default)]
        pub purpose: Text<64>,
        /// The number under which the pledge of a certificate is registered (rule book 3.4); empty for a bill.
        #[serde(default)]
        pub registry: Text<32>,
        /// Lapses at the close of this day; the day before maturity where absent.
        pub answer_by: Option<Date>,
    }

    /// The pledgee releases a lot, against cash where a price is named.
    pub struct RequestRelease {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// What the pledgor pays on agreement.
        pub price: Option<Money>,
        /// How the money moves.
        pub settlement: Settlement,
        /// Lapses at the close of this day.
        pub answer_by: Option<Date>,
    }

    /// The acceptor discloses its acceptance.
    pub struct Disclose {
        /// The bill.
        pub bill: InstrumentRef,
    }

    /// The holder narrows what may be done with a lot; nothing is ever widened.
    pub struct Narrow {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// It may no longer be cut.
        #[serde(default)]
        pub unsplittable: bool,
        /// The limits from now on; as they are where absent.
        pub limits: Option<UseLimits>,
    }

    /// The pledgor lets the proceeds of a paid pledged lot go to the pledgee before the debt is due.
    pub struct ApplyProceeds {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The paid lot.
        pub lot: LotRange,
    }

    /// The pledgee gives up the proceeds of a paid pledged lot.
    pub struct ReleaseProceeds {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The paid lot.
        pub lot: LotRange,
    }
}
