//! The closed lists of words in the records of bills.

use crate::words::words;

words! {
    /// Who accepts: decides the first digit of the number (rule book 2.1).
    pub enum BillKind {
        /// Accepted by a bank; number type 5.
        Bank = 5 "bank",
        /// Accepted by an enterprise; number type 6.
        Commercial = 6 "commercial",
        /// Accepted by a finance company; number type 7.
        FinanceCompany = 7 "finance-company",
    }

    /// How far a lot has come in its life (rule book 2.2).
    pub enum Status {
        /// Registered, not accepted.
        Issued = 0 "issued",
        /// Accepted, not delivered.
        Accepted = 1 "accepted",
        /// Delivered: in the hands of a holder.
        Received = 2 "received",
        /// Paid.
        Settled = 3 "settled",
        /// Ended without payment.
        Terminated = 4 "terminated",
        /// Of a certificate: opened, not yet signed for (rule book 3.2).
        Opened = 8 "opened",
        /// Of a certificate: signed for, in the hands of a holder.
        Held = 9 "held",
        /// Of a certificate: fallen due and not redeemed.
        Overdue = 10 "overdue",
        /// Of a certificate: paid.
        Redeemed = 11 "redeemed",
        /// Of a certificate: the signature was refused.
        Rejected = 12 "rejected",
        /// Of a certificate: taken back before it was signed for.
        Cancelled = 13 "cancelled",
        /// Of a certificate: not signed for in time.
        Expired = 14 "expired",
    }

    /// What may be done with a lot now (rule book 2.2).
    pub enum Circulation {
        /// Not yet delivered to the payee.
        AwaitingReceipt = 0 "awaiting receipt",
        /// May be endorsed.
        Circulable = 1 "circulable",
        /// A request waits for an answer.
        Locked = 2 "locked",
        /// Marked: no endorsement, discount or pledge.
        NotTransferable = 3 "not transferable",
        /// Pledged.
        Pledged = 4 "pledged",
        /// Sold under repo, to be bought back.
        AwaitingRedemption = 5 "awaiting redemption",
        /// Presented for payment.
        Collecting = 6 "collecting",
        /// Recourse is under way.
        InRecourse = 7 "in recourse",
        /// Over.
        Ended = 8 "ended",
    }

    /// Whether and when payment was refused (rule book 2.5).
    pub enum Dishonour {
        /// Never.
        None = 0 "none",
        /// Before maturity: opens no recourse.
        Early = 1 "early",
        /// In time.
        InTime = 2 "in time",
        /// After a late presentment.
        Late = 3 "late",
    }

    /// A court's measure on a lot; a dimension of its own.
    pub enum Frozen {
        /// None.
        No = 0 "no",
        /// Frozen.
        Frozen = 1 "frozen",
        /// Payment stopped.
        Stopped = 2 "stopped",
    }

    /// Why a request is refused (rule book 2.5, market codes).
    pub enum RefusalCode {
        /// The holder broke a contract with the refuser.
        ContractBreach = 1 "contract breach",
        /// Obtained by fraud or theft.
        FraudOrTheft = 2 "fraud or theft",
        /// Acquired in bad faith.
        BadFaith = 3 "bad faith",
        /// A defence was known.
        KnownDefence = 4 "known defence",
        /// Acquired with gross negligence.
        GrossNegligence = 5 "gross negligence",
        /// Presented late without an explanation that holds.
        Late = 6 "late",
        /// Frozen by a court.
        CourtFreeze = 7 "court freeze",
        /// Not due.
        NotDue = 8 "not due",
        /// The acceptor's balance is too low.
        LowBalance = 9 "low balance",
        /// Other; the text says what.
        Other = 10 "other",
    }

    /// What happened in one step of a lot's life.
    pub enum HandKind {
        /// Registered by the drawer.
        Registered = 1 "registered",
        /// Accepted by the drawee.
        Accepted = 2 "accepted",
        /// Delivered to the payee.
        Delivered = 3 "delivered",
        /// Endorsed.
        Endorsed = 4 "endorsed",
        /// Presented for payment.
        Presented = 5 "presented",
        /// Payment refused.
        Refused = 6 "refused",
        /// Paid by the acceptor.
        Paid = 7 "paid",
        /// Revoked by the drawer.
        Revoked = 8 "revoked",
        /// Ended by the clock: not accepted or not delivered in time, or extinguished in the acceptor's hands.
        Terminated = 9 "terminated",
        /// Returned unused to the acceptor by the drawer.
        ReturnedUnused = 10 "returned unused",
        /// The mark "not transferable" was removed by who set it.
        Unmarked = 11 "mark removed",
        /// Guaranteed for the ward.
        Guaranteed = 12 "guaranteed",
        /// Discounted, sold among banks or rediscounted, for good.
        Discounted = 13 "discounted",
        /// The same under repo.
        RepoSold = 14 "repo sold",
        /// Bought back under repo.
        Redeemed = 15 "redeemed",
        /// Not bought back in time: the buyer keeps it.
        RepoLapsed = 16 "repo lapsed",
        /// Pledged.
        Pledged = 17 "pledged",
        /// Released from pledge.
        Released = 18 "released",
        /// Notice of recourse was given.
        Noticed = 19 "recourse noticed",
        /// Paid under recourse by somebody other than the one who ends it.
        RecoursePaid = 20 "recourse paid",
        /// Frozen by a court.
        Frozen = 21 "frozen",
        /// Payment stopped by a court.
        Stopped = 22 "stopped",
        /// A court's measure lifted.
        Unfrozen = 23 "unfrozen",
        /// Transferred by order of a court.
        Ordered = 24 "transferred by order",
        /// Made unsplittable, or its use limited, by the holder.
        Narrowed = 25 "narrowed",
        /// Given back by consent of both sides: it had gone to the wrong member.
        Corrected = 26 "corrected",
        /// A certificate was opened.
        Opened = 32 "opened",
        /// A bank confirmed its long term.
        Confirmed = 33 "confirmed",
        /// The payee signed for it.
        Signed = 34 "signed",
        /// Transferred to another tier.
        Transferred = 35 "transferred",
        /// Financed.
        Financed = 36 "financed",
        /// Redeemed by its issuer.
        IssuerPaid = 37 "redeemed by the issuer",
        /// Not redeemed when it fell due.
        FellOverdue = 38 "overdue",
        /// Taken back by the seller under recourse.
        AskedBack = 39 "asked back",
        /// The signature was refused.
        Rejected = 40 "rejected",
        /// Cancelled by the issuer.
        Cancelled = 41 "cancelled",
        /// Not signed for in time.
        Expired = 42 "expired",
        /// Disputed.
        Disputed = 43 "disputed",
        /// A dispute withdrawn.
        Undisputed = 44 "dispute withdrawn",
    }

    /// The law that a bill is under, chosen when it is registered.
    #[derive(Default)]
    pub enum Profile {
        /// Negotiable Instruments Law of the PRC (rule book 2).
        #[default]
        Prc = 0 "prc",
        /// Uniform Law on Bills of Exchange, Geneva 1930 (rule book 2.6).
        Geneva = 1 "geneva",
    }

    /// The market on which a lot is sold (rule book 2.2).
    pub enum Market {
        /// Holder to bank.
        Discount = 1 "discount",
        /// Bank to bank, of a discounted lot.
        Interbank = 2 "interbank",
        /// Bank to central bank, of a discounted lot.
        Rediscount = 3 "rediscount",
    }

    /// How the money of a deal moves.
    pub enum Settlement {
        /// Cash and paper in the same instant or not at all.
        Dvp = 0 "dvp",
        /// Free of payment: the ledger moves the paper only, by explicit choice.
        Free = 1 "free",
    }
}

impl Status {
    /// In the hands of a holder, before it has fallen due unpaid.
    pub const fn in_hand(self) -> bool {
        matches!(self, Status::Received | Status::Held)
    }

    /// Over, paid or not.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Status::Settled
                | Status::Terminated
                | Status::Redeemed
                | Status::Rejected
                | Status::Cancelled
                | Status::Expired
        )
    }
}
