//! The calls on certificates that have fallen due (rule book 3.2).

use crate::calls::InstrumentRef;
use crate::coded::coded_structs;
use crate::date::Date;
use crate::instruments::LotRange;
use crate::money::Money;

coded_structs! {
    /// The funder of an overdue lot with recourse asks its seller to take it back, for what is still unrecovered of the
    /// advance, interest to today and costs.
    pub struct AskBack {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// The funder's costs.
        pub costs: Option<Money>,
        /// Lapses at the close of this day.
        pub answer_by: Option<Date>,
    }

    /// The issuer redeems an overdue lot by hand, in full, when the retry days are over.
    pub struct RedeemLot {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
    }
}
