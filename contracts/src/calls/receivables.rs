//! The calls on credit lines, receivable certificates and quotes (rule book 3).

use crate::calls::InstrumentRef;
use crate::coded::coded_structs;
use crate::date::Date;
use crate::hash::{Hash, PublicKey, RequestId};
use crate::instruments::{LotRange, Settlement};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::rate::{DayCount, Rate};
use crate::receivables::Quoted;
use crate::text::Text;
use crate::trade::Backing;

coded_structs! {
    /// A bank or finance company grants a core enterprise a line against which it opens certificates.
    pub struct GrantLine {
        /// The core enterprise.
        pub issuer: MemberId,
        /// How much may be open at once.
        pub limit: Money,
        /// The last day on which certificates are opened against it; none where absent.
        pub until: Option<Date>,
    }

    /// The grantor of a line sets its limit and its last day anew. What is open stays open.
    pub struct ChangeLine {
        /// The line.
        pub line: RequestId,
        /// How much may be open at once; in the line's currency, zero to close it.
        pub limit: Money,
        /// The last day on which certificates are opened against it; none where absent.
        pub until: Option<Date>,
    }

    /// A core enterprise opens a certificate to a supplier (rule book 3.1). The result is its number.
    pub struct OpenCertificate {
        /// The credit line that it uses.
        pub line: RequestId,
        /// The supplier, who is asked to sign for it.
        pub payee: MemberId,
        /// The sum, fixed for ever.
        pub sum: Money,
        /// The day on which it falls due.
        pub due: Date,
        /// Whether it may be split.
        pub splittable: bool,
        /// Later transfers take effect without the receiver's signature.
        #[serde(default)]
        pub notice_only: bool,
        /// The deepest tier that it may reach; the ledger's own limit where absent.
        pub max_tier: Option<u16>,
        /// Why its term is above that which needs no reason; empty for a shorter one.
        #[serde(default)]
        pub term_reason: Text<256>,
        /// What it draws on invoices from the payee to the issuer, at most 16; together its sum where the ledger
        /// asks for trade papers (`opening_needs_papers`).
        #[serde(default)]
        pub backing: Vec<Backing>,
    }

    /// The issuer asks a bank to confirm a long term.
    pub struct RequestConfirmation {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The bank.
        pub to: MemberId,
        /// Lapses at the close of this day; the day before the due day where absent.
        pub answer_by: Option<Date>,
    }

    /// The issuer asks the payee to sign for the certificate.
    pub struct RequestSignature {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// Lapses at the close of this day, and the certificate with it; `signature_answer_days` ahead where absent.
        pub answer_by: Option<Date>,
    }

    /// The issuer takes a certificate back that is not signed for, or its payee rejects it unasked.
    pub struct CancelCertificate {
        /// The certificate.
        pub certificate: InstrumentRef,
    }

    /// The holder transfers a lot, or the low end of it, to a supplier of its own, one tier further down.
    pub struct TransferLot {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it moves; the whole lot where absent.
        pub part: Option<Money>,
        /// Who receives it.
        pub to: MemberId,
        /// What for.
        #[serde(default)]
        pub purpose: Text<64>,
        /// Lapses at the close of this day; the day before the due day where absent. Of a certificate whose
        /// transfers need no signature it is left out.
        pub answer_by: Option<Date>,
    }

    /// The holder asks one funder to finance a lot, or the low end of it.
    pub struct FinanceLot {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// The funder.
        pub to: MemberId,
        /// Annual rate.
        pub rate: Rate,
        /// How days are counted.
        pub day_count: DayCount,
        /// How much is advanced, before interest; the whole amount where absent.
        pub advance: Option<Money>,
        /// The seller answers for payment.
        #[serde(default)]
        pub recourse: bool,
        /// The number under which the registry of movable finance has it.
        pub registry: Text<32>,
        /// How the money moves.
        pub settlement: Settlement,
        /// Lapses at the close of this day; the day before the due day where absent.
        pub answer_by: Option<Date>,
    }

    /// The holder asks several funders at once what they would pay. It locks nothing.
    pub struct AskQuotes {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// How much of it; the whole lot where absent.
        pub part: Option<Money>,
        /// The funders, ascending, 1 to 16.
        pub to: Vec<MemberId>,
        /// The X25519 key to which quotes are sealed.
        pub key: PublicKey,
        /// Ends at the close of this day.
        pub until: Date,
    }

    /// A funder answers: a rate that binds it until a moment, sealed to the asker. A later one takes its place.
    pub struct GiveQuote {
        /// What it answers.
        pub ask: RequestId,
        /// Commits to the quote: `allonge/quote/1` over ask, funder and quote.
        pub commitment: Hash,
        /// The quote sealed to the asker's key, in lower-case hex, at most 512 bytes.
        pub sealed: Text<1024>,
        /// Until when it binds: milliseconds of business time since 1970-01-01.
        #[serde(with = "crate::json::string")]
        pub valid_until: u64,
    }

    /// The asker takes a quote: cash and lot move in the same instant, and the other quotes lapse.
    pub struct TakeQuote {
        /// What it asked.
        pub ask: RequestId,
        /// Whose quote.
        pub funder: MemberId,
        /// The quote, opened.
        pub opened: Quoted,
        /// The number under which the registry of movable finance has it.
        pub registry: Text<32>,
    }

    /// The asker asks no longer; all quotes lapse.
    pub struct CloseQuotes {
        /// What it asked.
        pub ask: RequestId,
    }

    /// The issuer or the holder disputes a lot: it moves no more until the dispute is withdrawn. It is paid all the same.
    pub struct DisputeLot {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
        /// What is disputed.
        pub reason: Text<256>,
    }

    /// Whoever disputed a lot withdraws the dispute.
    pub struct SettleDispute {
        /// The certificate.
        pub certificate: InstrumentRef,
        /// The lot as it stands.
        pub lot: LotRange,
    }
}
