//! What happened to certificates that fell due.

use crate::coded::coded_structs;
use crate::date::Date;
use crate::instruments::{InstrumentNumber, LotRange};
use crate::member_id::MemberId;
use crate::money::{Currency, Money};

coded_structs! {
    /// A lot, or the low end of one, was redeemed.
    pub struct CertificateRedeemed { /// The certificate.
        pub certificate: InstrumentNumber, /// What is redeemed of it.
        pub lot: LotRange, /// Who paid.
        pub issuer: MemberId, /// Its holder.
        pub to: MemberId, /// What the holder received; nothing where it is the issuer itself.
        pub money: Money, /// Who sold the lot with recourse and has the surplus.
        pub seller: Option<MemberId>, /// What the seller received.
        pub surplus: Money, /// Not by the issuer's act.
        pub by_clock: bool }
    /// A lot fell due and was not redeemed.
    pub struct CertificateOverdue { /// The certificate.
        pub certificate: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Who owes.
        pub issuer: MemberId, /// Its holder.
        pub holder: MemberId, /// Its amount.
        pub money: Money }
    /// The seller took an overdue lot back, under recourse.
    pub struct CertificateAskedBack { /// The certificate.
        pub certificate: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// The funder.
        pub from: MemberId, /// The seller.
        pub to: MemberId, /// What the seller paid: principal, interest and costs.
        pub money: Money }
    /// A pool of certificates was redeemed, as far as the issuer's cash went.
    pub struct PoolRedeemed { /// Who owes.
        pub issuer: MemberId, /// The due day of its certificates.
        pub due: Date, /// Their currency.
        pub currency: Currency, /// What was owed, in minor units.
        #[serde(with = "crate::json::string")]
        pub owed: u128, /// What was paid of it, in minor units.
        #[serde(with = "crate::json::string")]
        pub paid: u64, /// The close at which it is tried again; until then the issuer's cash is ring-fenced.
        pub next: Option<Date> }
}
