//! Every code with which the ledger, a node or its API refuses something.
//!
//! Ranges: admission 1000–1999 (a transaction that no block may hold), execution 2000–2999 (a failing
//! receipt), API 3000–3999 (a request that never became a transaction). Within a range the order is the
//! order of precedence: of several reasons the first one is reported. Numbers are never reused.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! codes {
    ($( $number:literal $variant:ident $name:literal $retry:ident $summary:literal, $hint:literal; )*) => {
        /// Why something was refused.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code {
            $( #[doc = $summary] $variant = $number, )*
        }

        impl Code {
            /// Every code, in order of number.
            pub const ALL: &'static [Code] = &[$( Code::$variant, )*];

            /// The stable number.
            pub const fn number(self) -> u16 {
                self as u16
            }

            /// The stable name, such as `NOT_HOLDER`.
            pub const fn name(self) -> &'static str {
                match self { $( Code::$variant => $name, )* }
            }

            /// Whether the same request can succeed later without being changed.
            pub const fn retry(self) -> bool {
                match self { $( Code::$variant => codes!(@retry $retry), )* }
            }

            /// What was wrong, in one sentence without full stop.
            pub const fn summary(self) -> &'static str {
                match self { $( Code::$variant => $summary, )* }
            }

            /// What to do next.
            pub const fn hint(self) -> &'static str {
                match self { $( Code::$variant => $hint, )* }
            }

            /// The code with this number.
            pub const fn from_number(number: u16) -> Option<Code> {
                match number { $( $number => Some(Code::$variant), )* _ => None }
            }

            /// The code with this name.
            pub fn from_name(name: &str) -> Option<Code> {
                match name { $( $name => Some(Code::$variant), )* _ => None }
            }
        }
    };
    (@retry retry) => { true };
    (@retry final) => { false };
}

codes! {
    // Admission: the block that held such a transaction would be invalid.
    1000 TooLarge "TOO_LARGE" final "the transaction is larger than 256 KiB", "split it into several transactions";
    1010 Undecodable "UNDECODABLE" final "the bytes are not a transaction of this version", "build it with this version's client; the position of the first wrong byte is given";
    1020 WrongChain "WRONG_CHAIN" final "the transaction was made for another network", "take the genesis hash from /v1/status of the network you mean";
    1030 Expired "EXPIRED" final "its valid_until has passed", "build and sign it again with a later valid_until";
    1040 TooFarAhead "TOO_FAR_AHEAD" final "its valid_until is further ahead than the network allows", "choose an earlier valid_until (see max_transaction_life_ms in /v1/status)";
    1050 BadSignature "BAD_SIGNATURE" final "a signature does not fit the body and its key", "sign the transaction's id again with the key it names";
    1060 UnknownMember "UNKNOWN_MEMBER" final "no member of this name acts on this network", "check the name with `allonge member list`";
    1070 MemberSuspended "MEMBER_SUSPENDED" final "the acting member is suspended", "ask the regulator to reinstate the member";
    1080 UnknownKey "UNKNOWN_KEY" final "it is signed by a key that is not one of the member's", "sign with a key listed by `allonge member show`";
    1090 TooFewApprovals "TOO_FEW_APPROVALS" final "fewer of the member's keys signed than its threshold asks for", "let another of the member's keys sign the same body";
    1100 Duplicate "DUPLICATE" final "a transaction of this id is already on the ledger", "look at the first one's receipt; to act twice change the salt";

    // Execution: the transaction stays in the block with this code and no effect.
    2000 WorkExceeded "WORK_EXCEEDED" final "the transaction needs more work than one may use", "split it into several transactions";
    2010 InvalidArgument "INVALID_ARGUMENT" final "an argument breaks the rule for it", "correct the argument that is named";
    2020 BadReference "BAD_REFERENCE" final "a call refers to something that no earlier call of the transaction made", "refer to an earlier call of the right kind";
    2030 NotAllowedHere "NOT_ALLOWED_HERE" final "this network does not allow the call", "only a network made with the development clock can advance it";
    2040 RoleRequired "ROLE_REQUIRED" final "the acting member's roles do not permit this act", "let a member act that has the role named";
    2050 NoSuchMember "NO_SUCH_MEMBER" final "a member named in the call does not exist", "check the name with `allonge member list`";
    2060 CounterpartySuspended "COUNTERPARTY_SUSPENDED" final "a member named in the call is suspended", "wait until it is reinstated or choose another member";
    2070 AlreadyExists "ALREADY_EXISTS" final "there is one of this name already", "choose another name";
    2080 UnknownCurrency "UNKNOWN_CURRENCY" final "no authority issues this currency on this network", "see the currencies in /v1/status";
    2090 NotCurrencyAuthority "NOT_CURRENCY_AUTHORITY" final "only the currency's authority may do this", "let the authority named act";
    2100 AmountZero "AMOUNT_ZERO" final "the amount is zero", "give an amount above zero";
    2110 AmountOverflow "AMOUNT_OVERFLOW" final "a sum would pass 64 bits of minor units", "use a smaller amount";
    2120 AmountTooLarge "AMOUNT_TOO_LARGE" final "the sum is over the ceiling for one bill", "draw several bills";
    2130 SelfDealing "SELF_DEALING" final "both sides of the act are the same member", "name another member";
    2140 NoSuchBill "NO_SUCH_BILL" final "there is no bill of this number", "check the number with `allonge bill list`";
    2145 NoSuchCertificate "NO_SUCH_CERTIFICATE" final "there is no certificate of this number", "check the number with `allonge receivable list`";
    2150 NoSuchLot "NO_SUCH_LOT" final "there is no lot that starts and ends there", "see the bill's lots with `allonge bill show`";
    2160 NoSuchRequest "NO_SUCH_REQUEST" final "there is no live request of this id", "it was answered, withdrawn or lapsed; see `allonge bill show`";
    2170 NoSuchHold "NO_SUCH_HOLD" final "there is no hold of this id", "see the member's holds with `allonge cash balance`";
    2180 DuePending "DUE_PENDING" retry "due work on the instrument is not yet done by the clock", "send it again after the next block";
    2190 TermsChanged "TERMS_CHANGED" final "the request's terms are not those the answer names", "read the request again and answer what it says now";
    2200 WrongParty "WRONG_PARTY" final "the act belongs to another party of the instrument", "let the party named act";
    2210 NotHolder "NOT_HOLDER" final "the acting member does not hold the lot", "let the holder named act";
    2220 RequestPending "REQUEST_PENDING" retry "a request on the lot waits for its answer", "answer or withdraw that request first";
    2225 Frozen "FROZEN" final "the lot is frozen or its payment stopped by order of a court", "see the order's number with `allonge bill show`";
    2230 WrongState "WRONG_STATE" final "the instrument's status does not allow the act", "see its status with `allonge bill show`";
    2240 NotTransferable "NOT_TRANSFERABLE" final "the bill is marked not transferable", "let whoever set the mark remove it";
    2242 BanksOnly "BANKS_ONLY" final "a discounted bill moves among banks only", "name a bank or a finance company";
    2244 UseLimited "USE_LIMITED" final "the act is outside the limits set on the lot", "see the lot's limits with `allonge bill show`";
    2246 NotNarrower "NOT_NARROWER" final "limits can be narrowed, never widened", "keep within the limits that are set";
    2250 NotSplittable "NOT_SPLITTABLE" final "the bill may not be split", "act on the whole lot";
    2260 PartTooLarge "PART_TOO_LARGE" final "the part is larger than the lot", "choose at most the lot's amount";
    2270 MaturityInPast "MATURITY_IN_PAST" final "the maturity is not after the issue date", "choose a later maturity";
    2280 TermTooLong "TERM_TOO_LONG" final "the maturity is beyond the longest term", "choose a maturity up to the date named";
    2290 IssueDateWrong "ISSUE_DATE_WRONG" final "the issue date is not the current business date", "leave the issue date out or give the current one";
    2295 Matured "MATURED" final "the bill has matured", "present it for payment instead";
    2300 AnswerByWrong "ANSWER_BY_WRONG" final "the answer date is past or after the last day allowed", "choose a date in the range named";
    2302 RepoDatesWrong "REPO_DATES_WRONG" final "the redemption window must open after today and close before maturity", "choose dates in the range named";
    2304 RedemptionWindow "REDEMPTION_WINDOW" final "it can be bought back only from the open date to the cut-off", "ask within the days named";
    2306 RateWrong "RATE_WRONG" final "the interest would reach the amount", "choose a lower rate";
    2308 NotDisclosed "NOT_DISCLOSED" final "the acceptor has not disclosed its acceptance", "let the acceptor disclose it";
    2310 NoTradePapers "NO_TRADE_PAPERS" final "a discount needs trade papers", "name contracts or invoices behind the bill";
    2312 AlreadyLiable "ALREADY_LIABLE" final "the guarantor is already liable on the bill", "name somebody who has not signed it";
    2314 AcceptorOverdue "ACCEPTOR_OVERDUE" final "the acceptor is overdue and may not accept for now", "wait until the day named, or name another acceptor";
    2316 PersistentlyOverdue "PERSISTENTLY_OVERDUE" final "the acceptor is persistently overdue", "paper of this acceptor is not accepted, discounted, pledged or guaranteed until the day named";
    2318 AcceptanceCeiling "ACCEPTANCE_CEILING" final "the bank's acceptances would pass their share of its declared assets", "let the bank declare its assets anew, or accept less";
    2319 MarginCeiling "MARGIN_CEILING" final "the bank's margins pass their share of its declared deposits", "let the bank declare its figures anew";
    2320 PresentmentTooEarly "PRESENTMENT_TOO_EARLY" final "the bill cannot be presented yet", "wait until it is accepted and delivered";
    2322 NoRecourse "NO_RECOURSE" final "nobody may be pursued for the lot", "recourse opens when payment is refused in time or late, or the acceptor is insolvent";
    2324 NotLiable "NOT_LIABLE" final "the party is not liable to the holder", "see who is with `allonge bill recourse`";
    2326 TimeBarred "TIME_BARRED" final "the claim against the party is time-barred", "see until when with `allonge bill recourse`";
    2328 ClaimExceeded "CLAIM_EXCEEDED" final "the sum is more than the claim", "offer at most the claim named";
    2330 InsufficientFunds "INSUFFICIENT_FUNDS" retry "the available balance does not cover the amount", "fund the account or release holds first";
    2340 AnswerCodeWrong "ANSWER_CODE_WRONG" final "the refusal's code does not fit this kind of request", "choose one of the codes named";
    2350 HoldNotYours "HOLD_NOT_YOURS" final "the hold is released by another member", "let the member named release it";
    2360 DateInPast "DATE_IN_PAST" final "the date lies before the current business date", "choose a later date";
    2370 ThresholdWrong "THRESHOLD_WRONG" final "the threshold is not between one and the number of keys", "give a threshold that the keys can meet";
    2380 LegalIdWrong "LEGAL_ID_WRONG" final "the legal identifier fails its check", "correct the identifier";
    2385 NoBankNumber "NO_BANK_NUMBER" final "the acceptor, or the bank at which it keeps its account, has no bank number", "let the member be admitted with a bank number or an account bank";
    2390 SerialExhausted "SERIAL_EXHAUSTED" final "all bill numbers of this bank for this day are used", "register on the next business day";
    2400 CalendarWrong "CALENDAR_WRONG" final "the calendar cannot be changed for that day", "only days after the current business date can change";

    2410 NoSuchLine "NO_SUCH_LINE" final "there is no credit line of this id", "see the lines with `allonge receivable lines`";
    2412 LineEnded "LINE_ENDED" final "the last day of the credit line is past", "let its grantor extend it, or use another line";
    2414 LineExceeded "LINE_EXCEEDED" retry "the credit line does not cover the sum", "open a smaller certificate, or let the grantor raise the limit";
    2416 TermReasonMissing "TERM_REASON_MISSING" final "a term this long needs a stated reason", "state the reason, or choose an earlier due day";
    2417 NotCovered "NOT_COVERED" final "trade papers do not cover the sum", "name invoices from the payee with `--backing`, together the sum";
    2418 NotConfirmed "NOT_CONFIRMED" final "a term this long needs a bank's confirmation first", "let a bank confirm it: `allonge receivable ask-confirmation`";
    2420 NothingToConfirm "NOTHING_TO_CONFIRM" final "the certificate is confirmed or needs no confirmation", "ask the payee to sign";
    2422 NotToIssuer "NOT_TO_ISSUER" final "a certificate does not go back to the one that promised to pay it", "name another member";
    2424 TierLimit "TIER_LIMIT" final "the certificate may not reach a deeper tier", "finance the lot instead, or hold it until it is redeemed";
    2426 UnderRecourse "UNDER_RECOURSE" final "the lot was financed with recourse and stays with its funder", "wait until it is redeemed, or ask its seller to take it back when it is overdue";
    2428 Disputed "DISPUTED" final "the lot is disputed", "let the one who disputes it withdraw the dispute";
    2430 NotDisputed "NOT_DISPUTED" final "nobody disputes the lot", "see the lot with `allonge receivable show`";
    2432 AdvanceTooLarge "ADVANCE_TOO_LARGE" final "the advance is more than the lot is worth", "advance at most the lot's amount";
    2434 NoSuchQuotes "NO_SUCH_QUOTES" final "no quotes are asked for under this id", "the question was closed or has ended; see `allonge receivable quotes`";
    2436 NotAsked "NOT_ASKED" final "the acting member was not asked for a quote", "see who was with `allonge receivable quotes`";
    2438 NoSuchQuote "NO_SUCH_QUOTE" final "the funder has not answered", "see the answers with `allonge receivable quotes`";
    2440 QuoteDiffers "QUOTE_DIFFERS" final "the quote is not the one that the funder committed to", "open the sealed quote again and take it as it is";
    2442 QuoteExpired "QUOTE_EXPIRED" final "the quote binds its funder no longer", "take another one, or ask again";
    2444 IssuerOverdue "ISSUER_OVERDUE" final "the issuer has certificates overdue", "redeem what is overdue first";
    2446 RingFenced "RING_FENCED" retry "the cash is ring-fenced for certificates that are overdue", "wait until they are redeemed or the retry days are over";
    2448 WithoutRecourse "WITHOUT_RECOURSE" final "the lot was not financed with recourse", "only the funder of a lot with recourse can ask back";
    2450 NoSuchPaper "NO_SUCH_PAPER" final "there is no trade paper of this id on record", "record it first, or check the commitment";
    2452 PaperKind "PAPER_KIND" final "a paper of this kind cannot do that", "only invoices back a financing, and are lowered by credit notes";
    2454 PaperParty "PAPER_PARTY" final "the invoice is not between the parties of the act", "name an invoice from the one who is owed to the one who owes";
    2456 InvoiceKnown "INVOICE_KNOWN" final "this invoice or credit note is on record already", "refer to it by its commitment if it is yours";
    2458 PaperDenied "PAPER_DENIED" final "the buyer or an attestor denies the paper", "let whoever denies it confirm it";
    2460 OverBacked "OVER_BACKED" final "a credit note left the invoice with less value than is drawn on it", "it backs nothing more; name another invoice";
    2462 InvoiceExhausted "INVOICE_EXHAUSTED" retry "less is left of the invoice than is asked", "what is drawn on it is freed when a financing comes to nothing, never when it is paid";
    2464 AlreadyConfirmed "ALREADY_CONFIRMED" final "the buyer has confirmed the paper", "what a debtor has confirmed it cannot deny later";
    2465 AttestationsFull "ATTESTATIONS_FULL" final "as many members have attested something of the paper as may", "let one of them attest";
    2466 NoSuchClaim "NO_SUCH_CLAIM" final "there is no claim of this id", "see the claims on the invoice";
    2468 NoSuchCondition "NO_SUCH_CONDITION" final "there is no condition of this id", "take its id from the receipt of the transaction that set it";
    2470 ConditionEnded "CONDITION_ENDED" final "the condition was attested or has lapsed", "set another one";
    2472 NotEscrowable "NOT_ESCROWABLE" final "a request of this kind cannot wait for a condition", "acceptance, payment and guarantee of a bill are never conditional";
    2474 EscrowBound "ESCROW_BOUND" retry "the request is agreed and waits for its condition", "it is carried out when the condition is attested, and lapses at its deadline";
    2476 ConditionLate "CONDITION_LATE" final "the condition's deadline lies after the request's last day", "choose an earlier deadline or a later answer date";
    2478 ConditionOpen "CONDITION_OPEN" retry "the condition is not attested", "let its attestor attest it first";
    2480 NoSuchInstruction "NO_SUCH_INSTRUCTION" final "no instruction of this id waits", "it has settled, was cancelled or ended; see the instructions of the member";
    2482 NotInInstruction "NOT_IN_INSTRUCTION" final "the acting member has no part of this kind in the instruction", "a party proposes; payers, deliverers and receivers who sign affirm; they or the proposer cancel";
    2484 AlreadyAffirmed "ALREADY_AFFIRMED" final "the acting member has affirmed the instruction", "it settles when all have";
    2486 LotTwice "LOT_TWICE" final "two legs of the instruction name the same units", "let each leg name its own lot or part";
    2488 LotNotLocked "LOT_NOT_LOCKED" final "a lot of the instruction is no longer locked for it", "let the deliverer named affirm again, or cancel the instruction";
    2490 InInstruction "IN_INSTRUCTION" final "the lot waits for an instruction, not for an answer", "affirm or cancel the instruction named";
    2492 TooManyInstructions "TOO_MANY_INSTRUCTIONS" retry "as many instructions of this proposer wait as may", "cancel some, or wait until some settle";

    2500 NeedsProposal "NEEDS_PROPOSAL" final "the policy of this network does not let one member do this alone", "propose it with `allonge gov propose`";
    2501 NoSuchProposal "NO_SUCH_PROPOSAL" final "there is no proposal of this id", "see the proposals with `allonge gov list`";
    2502 NotEntitled "NOT_ENTITLED" final "the acting member has no say in it", "see who has with `allonge gov show`";
    2503 ProposalEnded "PROPOSAL_ENDED" final "the proposal is no longer open", "see what came of it with `allonge gov show`";
    2504 AlreadyVoted "ALREADY_VOTED" final "the acting member has voted on the proposal", "a vote stands; the proposer can withdraw the proposal";
    2505 ProtocolTooOld "PROTOCOL_TOO_OLD" final "the protocol in force does not know this", "propose to activate the version named";
    2506 NoSuchNode "NO_SUCH_NODE" final "no node of this kind has this name", "see the nodes with `allonge gov nodes`";
    2507 NodeKnown "NODE_KNOWN" final "a node of the list has this already", "see the nodes with `allonge gov nodes`";
    2508 ChangePending "CHANGE_PENDING" retry "a change of this kind waits for its height", "propose it again when that is reached";
    2509 ChangeTooLarge "CHANGE_TOO_LARGE" final "the change touches a third of the voting power or more", "take several smaller steps";
    2510 NoSuchObligation "NO_SUCH_OBLIGATION" final "no obligation of this id waits", "it was settled, cancelled or ended; see `allonge netting show`";
    2511 HeightWrong "HEIGHT_WRONG" final "the height is too far ahead", "choose one up to the height named";
    2512 VersionWrong "VERSION_WRONG" final "only the next version of the protocol can be activated", "name the version one above the one in force";
    2513 PolicyUnmet "POLICY_UNMET" final "fewer members are entitled than must approve", "see the policy with `allonge gov policy`";
    2514 NeverEligible "NEVER_ELIGIBLE" final "the first day of the obligation lies after its deadline", "choose an earlier first day or a later deadline";
    2515 TooManyEntitled "TOO_MANY_ENTITLED" final "more members are entitled than a vote can count", "the policy of genesis names too wide a role";
    2516 QueueFull "QUEUE_FULL" retry "as many obligations wait as may", "cancel some, or wait for a cycle";
    2517 TooManyProposals "TOO_MANY_PROPOSALS" retry "as many proposals of this member wait as may", "withdraw some, or wait until some end";
    2518 OtherQueue "OTHER_QUEUE" final "the two obligations are not of the same queue or priority", "name one of the same currency, and its priority or none";
    2519 WouldLockOut "WOULD_LOCK_OUT" final "too few members would be left to approve such changes ever again", "give another member the role first";
    2520 NotInCycle "NOT_IN_CYCLE" final "a cycle is run by the currency's authority or by a member with an obligation in its queue", "let one of them run it, or wait for the close";
    2522 NothingWaits "NOTHING_WAITS" retry "no obligation waits in this currency", "queue one first";

    // The API.
    3000 BadRequest "BAD_REQUEST" final "the request cannot be read", "correct the field that is named";
    3010 BodyTooLarge "BODY_TOO_LARGE" final "the request's body is too large", "a transaction has at most 256 KiB";
    3020 UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" final "the content type is not one this endpoint reads", "send application/json or application/octet-stream";
    3030 NotFound "NOT_FOUND" final "there is nothing under this name", "check the path and the name";
    3040 MethodNotAllowed "METHOD_NOT_ALLOWED" final "the path does not know this method", "see docs/api.md";
    3050 BadCursor "BAD_CURSOR" final "the cursor is not one this node gave out", "start again without a cursor";
    3060 MempoolFull "MEMPOOL_FULL" retry "the node has as many transactions waiting as it may hold", "send it again after the time in Retry-After";
    3070 MemberShareFull "MEMBER_SHARE_FULL" retry "this member has as many transactions waiting as one may", "send it again after the time in Retry-After";
    3080 NotReady "NOT_READY" retry "the node is starting or stopping", "try again shortly or ask another node";
    3090 Dropped "DROPPED" retry "the node no longer holds the transaction and it is not on the ledger", "send it again; its id makes that safe";
    3100 Timeout "TIMEOUT" retry "it is not final yet", "ask again with the id; sending it again is safe too";
    3110 TooManyStreams "TOO_MANY_STREAMS" retry "the node serves as many event streams as it may", "try again later or ask another node";
    3120 Internal "INTERNAL" retry "the node could not answer", "look at the node's log";
    3130 NoProofYet "NO_PROOF_YET" retry "the proof cannot be made at the moment", "ask again after the next block";
    3135 Pruned "PRUNED" final "the block is no longer kept on this node", "ask a node that keeps the whole chain, or use a proof file made before";
    3140 Overloaded "OVERLOADED" retry "the node serves as many requests at once as it may", "try again shortly or ask another node";
    3150 RateLimited "RATE_LIMITED" retry "more requests came than one address or one member may send in a time", "send it again after the time in Retry-After";
}

impl Code {
    /// What a refusal of this code does to its transaction.
    pub const fn layer(self) -> &'static str {
        match self.number() {
            1000..=1999 => "admission",
            2000..=2999 => "execution",
            _ => "api",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        Code::from_name(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no code")))
    }
}

impl borsh::BorshSerialize for Code {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        borsh::BorshSerialize::serialize(&self.number(), writer)
    }
}

impl borsh::BorshDeserialize for Code {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let number = <u16 as borsh::BorshDeserialize>::deserialize_reader(reader)?;
        Code::from_number(number)
            .ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidData, "an unknown code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_and_names_are_unique() {
        assert!(
            Code::ALL
                .windows(2)
                .all(|pair| pair[0].number() < pair[1].number())
        );
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
            assert_eq!(Code::from_number(code.number()), Some(*code));
            assert!(!code.summary().is_empty() && !code.hint().is_empty());
        }
    }
}
