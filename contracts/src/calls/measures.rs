//! The calls of recourse (rule book 2.5) and of courts (rule book 2.2).

use crate::bills::LotRange;
use crate::calls::InstrumentRef;
use crate::coded::coded_structs;
use crate::date::Date;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::text::Text;

coded_structs! {
    /// The holder gives notice of recourse.
    pub struct Notify {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// To whom, at most 64; all who are liable where empty.
        #[serde(default)]
        pub parties: Vec<MemberId>,
        /// Costs to be claimed besides; as stated before where absent.
        pub costs: Option<Money>,
        /// In words.
        #[serde(default)]
        pub text: Text<256>,
    }

    /// One who is liable offers to settle a lot in recourse, or the low end of it. Its cash is held meanwhile.
    pub struct Offer {
        /// The bill.
        pub bill: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of the lot is settled; the whole lot where absent.
        pub part: Option<Money>,
        /// What is paid; the claim on the part as of today where absent.
        pub money: Option<Money>,
        /// Lapses at the close of this day.
        pub answer_by: Option<Date>,
    }

    /// A court freezes a lot.
    pub struct Freeze {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// The order's number.
        pub order: Text<64>,
    }

    /// A court stops the payment of a lot.
    pub struct Stop {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// The order's number.
        pub order: Text<64>,
    }

    /// A court lifts its measure on a lot, or on the proceeds of a paid one.
    pub struct Unfreeze {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// The order's number.
        pub order: Text<64>,
    }

    /// A court transfers a lot, or the frozen proceeds of a paid one.
    pub struct OrderTransfer {
        /// The bill or certificate.
        pub instrument: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// The order's number.
        pub order: Text<64>,
        /// To whom.
        pub to: MemberId,
    }
}
