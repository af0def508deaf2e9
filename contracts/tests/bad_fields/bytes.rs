//! What no field can be decoded from: bytes cut inside each field, and bytes that no value of its type has.

use crate::*;
use allonge_contracts::bills::{
    BankNumber, BillKind, LotRange, Market, Profile, RefusalCode, RepoDates, Settlement, UseLimits,
};
use allonge_contracts::gov::Action;
use allonge_contracts::members::LegalId;
use allonge_contracts::params::ParamName;
use allonge_contracts::receivables::Quoted;
use allonge_contracts::settlement::Leg;
use allonge_contracts::trade::{Backing, ClaimEnd, ClaimKind, PaperBody, Verdict};
use allonge_contracts::{Currency, Date, DayCount, MemberId, PublicKey, Rate, Text};
use borsh::BorshSerialize;

fn bytes(value: &impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(value).unwrap()
}

/// Bytes in place of a value that must be refused. None where every pattern of the length is a value.
trait Spoiled {
    fn spoiled(&self) -> Vec<Vec<u8>>;
}

/// A length and that many bytes.
fn sized(text: &[u8]) -> Vec<u8> {
    let len = u32::try_from(text.len()).unwrap();
    [&len.to_le_bytes(), text].concat()
}

macro_rules! unknown_number {
    ($($name:ty),*) => {
        $( impl Spoiled for $name {
            fn spoiled(&self) -> Vec<Vec<u8>> {
                vec![vec![255]]
            }
        } )*
    };
}
unknown_number!(
    BillKind,
    Market,
    Profile,
    RefusalCode,
    Settlement,
    DayCount,
    ParamName,
    Role,
    Verdict,
    ClaimKind,
    ClaimEnd
);

macro_rules! any_bytes {
    ($($name:ty),*) => {
        $( impl Spoiled for $name {
            fn spoiled(&self) -> Vec<Vec<u8>> {
                vec![]
            }
        } )*
    };
}
any_bytes!(Hash, PublicKey, RequestId, LotRange, u8, u16, u64);

impl Spoiled for bool {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![vec![2]]
    }
}

impl Spoiled for MemberId {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let long = [b'a'; 33];
        let names: [&[u8]; 5] = [b"", b"Core", b"co re", b"\xff\xff", &long];
        names.into_iter().map(sized).collect()
    }
}

impl<const N: usize> Spoiled for Text<N> {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![
            sized(&vec![b'x'; N + 1]),
            sized(b"two\nlines"),
            sized(b"\xff"),
        ]
    }
}

impl Spoiled for Date {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let after_the_last = Date::LAST.days() + 1;
        vec![bytes(&after_the_last), vec![255; 4]]
    }
}

impl Spoiled for Rate {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![bytes(&1_000_001u32), vec![255; 4]]
    }
}

impl Spoiled for Money {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let place = bytes(self)
            .windows(3)
            .position(|part| part == self.currency.code().as_bytes())
            .unwrap();
        let unknown = |code: &[u8; 3]| {
            let mut spoiled = bytes(self);
            spoiled[place..place + 3].copy_from_slice(code);
            assert!(borsh::from_slice::<Currency>(code).is_err());
            spoiled
        };
        vec![unknown(b"cny"), unknown(b"QQQ"), unknown(b"\xff\xff\xff")]
    }
}

impl Spoiled for BankNumber {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![vec![b'x'; 12]]
    }
}

impl Spoiled for LegalId {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![sized(b"529900T8BM49AURSDO56"), sized(b"ACME"), sized(b"")]
    }
}

impl Spoiled for InstrumentRef {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let wrong_check_digit = b"510210009999620270105000000012";
        vec![vec![2], [&[0], wrong_check_digit.as_slice()].concat()]
    }
}

impl Spoiled for ConditionRef {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![vec![2]]
    }
}

impl Spoiled for RequestRef {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![vec![2]]
    }
}

impl<T: Spoiled> Spoiled for Option<T> {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let inner = self.iter().flat_map(T::spoiled);
        let mut all: Vec<Vec<u8>> = inner.map(|value| [vec![1], value].concat()).collect();
        all.push(vec![2]);
        all
    }
}

impl<T: Spoiled> Spoiled for Vec<T> {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let inner = self.iter().flat_map(T::spoiled);
        let one = 1u32.to_le_bytes().to_vec();
        let mut all: Vec<Vec<u8>> = inner.map(|value| [one.clone(), value].concat()).collect();
        all.push(vec![255; 4]);
        all
    }
}

impl Spoiled for RepoDates {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        self.open_from.spoiled()
    }
}

impl Spoiled for UseLimits {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        self.holders.spoiled()
    }
}

impl Spoiled for Currency {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        [b"cny", b"QQQ", b"\xff\xff\xff"]
            .map(|code| code.to_vec())
            .to_vec()
    }
}

impl Spoiled for Quoted {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        self.rate.spoiled()
    }
}

impl Spoiled for Backing {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let paper = bytes(&self.paper);
        let money = self.money.spoiled().into_iter();
        money
            .map(|money| [paper.as_slice(), &money].concat())
            .collect()
    }
}

impl Spoiled for PaperBody {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        vec![vec![0], vec![6], vec![255]]
    }
}

impl Spoiled for BilateralLimit {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        self.member.spoiled()
    }
}

impl Spoiled for Action {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let body = bytes(self)[3..].to_vec();
        vec![
            vec![0, 1, 0],
            vec![1, 255, 255],
            [[255, 1, 0].as_slice(), &body].concat(),
        ]
    }
}

impl Spoiled for Leg {
    fn spoiled(&self) -> Vec<Vec<u8>> {
        let body = bytes(self)[1..].to_vec();
        vec![
            vec![2],
            [vec![255], body].concat(),
            vec![0, 255, 255, 255, 255],
        ]
    }
}

/// A field: its name, its bytes, and what may not stand in their place.
type Field = (&'static str, Vec<u8>, Vec<Vec<u8>>);

/// The fields of every call in their order; a field that is left out does not compile.
macro_rules! split {
    ($( $call:ident { $( $field:ident )* } )*) => {
        fn split(call: &Call) -> Vec<Field> {
            match call {
                $( Call::$call($call { $( $field ),* }) => {
                    vec![ $( (stringify!($field), bytes($field), $field.spoiled()) ),* ]
                } )*
            }
        }
    };
}

split! {
    Admit { member roles legal_id bank_number account_bank keys threshold }
    Suspend { member reason }
    Reinstate { member reason }
    RotateKeys { keys threshold }
    Declare { assets deposits margin }
    RecordInsolvency { member order lifted }
    Mint { to money reference }
    Redeem { money reference }
    Transfer { to money purpose reference }
    PlaceHold { money releaser until reference }
    ReleaseHold { hold }
    Register {
        kind acceptor payee sum maturity issue_date splittable not_transferable trade_background profile limits
        backing
    }
    RequestAcceptance { bill answer_by }
    AcceptPart { request terms part }
    RequestDelivery { bill answer_by }
    RequestEndorsement { bill lot part to not_transferable purpose answer_by }
    Revoke { bill }
    Present { bill lot part explanation }
    RequestUnusedReturn { bill answer_by }
    RequestUnmark { bill lot part answer_by }
    RequestGuarantee { bill lot part guarantor ward answer_by }
    RequestDiscount {
        bill lot part to market rate day_count repo settlement without_liability papers purpose answer_by
    }
    RequestRedemption { bill lot part settlement answer_by }
    RequestPledge { instrument lot part to debt debt_due purpose registry answer_by }
    RequestRelease { instrument lot part price settlement answer_by }
    Disclose { bill }
    Narrow { bill lot part unsplittable limits }
    ApplyProceeds { instrument lot }
    ReleaseProceeds { instrument lot }
    Agree { request terms }
    Refuse { request terms code text }
    Withdraw { request }
    AdvanceClock { to }
    SetCalendar { closed open }
    Notify { bill lot parties costs text }
    Offer { bill lot part money answer_by }
    Freeze { instrument lot part order }
    Stop { instrument lot part order }
    Unfreeze { instrument lot order }
    OrderTransfer { instrument lot part order to }
    SetParam { name value from }
    RecordPaper { paper }
    AttestPaper { paper verdict document text }
    SetCondition { statement attestor deadline }
    FulfilCondition { condition document }
    ClaimInvoice { paper to kind money registry notice }
    ReleaseClaim { claim how }
    Escrow { request condition }
    Propose { legs deadline reference }
    Affirm { instruction terms }
    CancelInstruction { instruction }
    Queue { to money priority not_before deadline purpose reference }
    Reorder { obligation priority before }
    CancelObligation { obligation }
    SetLimits { currency multilateral bilateral reserve }
    RunCycle { currency }
    GrantLine { issuer limit until }
    ChangeLine { line limit until }
    OpenCertificate { line payee sum due splittable notice_only max_tier term_reason backing }
    RequestConfirmation { certificate to answer_by }
    RequestSignature { certificate answer_by }
    CancelCertificate { certificate }
    TransferLot { certificate lot part to purpose answer_by }
    FinanceLot { certificate lot part to rate day_count advance recourse registry settlement answer_by }
    AskQuotes { certificate lot part to key until }
    GiveQuote { ask commitment sealed valid_until }
    TakeQuote { ask funder opened registry }
    CloseQuotes { ask }
    AskBack { certificate lot costs answer_by }
    RedeemLot { certificate lot }
    DisputeLot { certificate lot reason }
    SettleDispute { certificate lot }
    ProposeChange { actions deadline from reason order }
    VoteOnChange { proposal terms approve reason }
    WithdrawChange { proposal }
}

#[test]
fn bytes_that_no_field_has_are_refused_when_they_are_decoded() {
    let mut count = 0;
    for call in samples::calls() {
        let all = bytes(&call);
        let mut place = 3;
        for (field, good, spoiled) in split(&call) {
            let name = format!("{} {field}", call.name());
            let end = place + good.len();
            assert_eq!(all[place..end], good, "{name}: the order of the fields");
            for cut in place..end {
                let cut = &all[..cut];
                assert!(borsh::from_slice::<Call>(cut).is_err(), "{name} cut");
            }
            for wrong in spoiled {
                count += 1;
                let bytes = [&all[..place], &wrong, &all[end..]].concat();
                let read = borsh::from_slice::<Call>(&bytes);
                assert!(read.is_err(), "{name} of {wrong:?} is {read:?}");
            }
            place = end;
        }
        assert_eq!(place, all.len(), "{}: all fields", call.name());
    }
    println!("{count} spoiled fields");
}

/// A call that is none, of each module and beyond the last.
#[test]
fn a_call_of_an_unknown_number_is_refused() {
    for module in 0..=u8::MAX {
        for code in [0, 99, u16::MAX] {
            let bytes = [&[module], code.to_le_bytes().as_slice(), &[0; 64]].concat();
            assert!(borsh::from_slice::<Call>(&bytes).is_err());
        }
    }
}
