//! The list of parameters: number, name, unit, default, range.

use crate::rate::Rate;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// What a parameter's number counts, which says how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamUnit {
    /// Calendar months.
    Months,
    /// Calendar days, or business days where the name says so.
    Days,
    /// Minor units of any currency.
    Minor,
    /// A rate in millionths, written `3.6%`.
    Rate,
    /// A plain count.
    Count,
    /// 0 for no, 1 for yes.
    Flag,
}

/// A value that a parameter cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// Not written as its unit asks.
    #[error("`{text}` is not a value of {name}: write {how}")]
    Unreadable {
        /// Which parameter.
        name: ParamName,
        /// What was given.
        text: String,
        /// How its values are written.
        how: &'static str,
    },
    /// Outside its range.
    #[error("{name} must be from {} to {}", name.show(*.least), name.show(*.most))]
    OutOfRange {
        /// Which parameter.
        name: ParamName,
        /// Smallest value.
        least: u64,
        /// Largest value.
        most: u64,
    },
}

macro_rules! params {
    ($( $number:literal $variant:ident $field:ident $text:literal $unit:ident $default:literal [$least:literal, $most:literal] $doc:literal; )*) => {
        words! {
            /// A parameter by name.
            pub enum ParamName { $( #[doc = $doc] $variant = $number $text, )* }
        }

        /// The parameters in force, in their units. In JSON a map from name to text; what is left out has its default.
        #[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
        pub struct Params { $( #[doc = $doc] pub $field: u64, )* }

        impl Default for Params {
            fn default() -> Self { Params { $( $field: $default, )* } }
        }

        impl Params {
            /// The value of one.
            pub const fn get(&self, name: ParamName) -> u64 {
                match name { $( ParamName::$variant => self.$field, )* }
            }

            /// Changes one; the caller has checked the range.
            pub fn set(&mut self, name: ParamName, value: u64) {
                match name { $( ParamName::$variant => self.$field = value, )* }
            }
        }

        impl ParamName {
            /// What its number counts.
            pub const fn unit(self) -> ParamUnit {
                match self { $( ParamName::$variant => ParamUnit::$unit, )* }
            }

            /// Its smallest and its largest value.
            pub const fn range(self) -> (u64, u64) {
                match self { $( ParamName::$variant => ($least, $most), )* }
            }

            /// What it is.
            pub const fn summary(self) -> &'static str {
                match self { $( ParamName::$variant => $doc, )* }
            }
        }
    };
}

params! {
    1 BillMaxTermMonths bill_max_term_months "bill_max_term_months" Months 6 [1, 120] "Longest term of a bill in months (rule book 2.1, law).";
    2 BillMaxSum bill_max_sum "bill_max_sum" Minor 100_000_000_000 [1, 18_446_744_073_709_551_614] "Largest sum of a bill in minor units (rule book 2.1, market).";
    3 AcceptanceAnswerDays acceptance_answer_days "acceptance_answer_days" Days 3 [1, 60] "Days to answer a request for acceptance (rule book 2.2, law).";
    4 PresentmentWindowDays presentment_window_days "presentment_window_days" Days 10 [1, 60] "Days of the presentment window after nominal maturity, profile prc (rule book 2.3, law).";
    5 RecourseRate recourse_rate "recourse_rate" Rate 36_000 [0, 1_000_000] "Annual interest on a claim of recourse, profile prc (rule book 2.5, law).";
    6 RecourseNoticeDays recourse_notice_days "recourse_notice_days" Days 3 [1, 60] "Days to give notice of recourse, and to answer an offer (rule book 2.5, law).";
    7 BarPrimaryMonths bar_primary_months "bar_primary_months" Months 24 [1, 1_200] "Time bar against drawer and acceptor in months from maturity, profile prc (rule book 2.5, law).";
    8 BarEndorserMonths bar_endorser_months "bar_endorser_months" Months 6 [1, 1_200] "Time bar against predecessors in months from refusal, profile prc (rule book 2.5, law).";
    9 BarAgainMonths bar_again_months "bar_again_months" Months 3 [1, 1_200] "Time bar of re-recourse in months from payment, profile prc (rule book 2.5, law).";
    10 SilentEcds silent_ecds "silent_ecds" Flag 0 [0, 1] "Whether a commercial acceptor's silence is answered some days after presentment instead of at close (rule book 2.3, market).";
    11 SilentDays silent_days "silent_days" Days 3 [1, 60] "Days after presentment of that answer.";
    12 DiscountNeedsPapers discount_needs_papers "discount_needs_papers" Flag 1 [0, 1] "Whether a discount needs trade papers (rule book 2.2, law).";
    13 DisclosureCommercial disclosure_commercial "disclosure_commercial" Flag 1 [0, 1] "Whether acceptance of a commercial bill is disclosed before it is discounted (rule book 2.2, law).";
    14 DisclosureFinanceCompany disclosure_finance_company "disclosure_finance_company" Flag 1 [0, 1] "The same of a finance-company bill.";
    15 DisclosureBank disclosure_bank "disclosure_bank" Flag 0 [0, 1] "The same of a bank bill.";
    16 AcceptanceCeiling acceptance_ceiling "acceptance_ceiling" Rate 150_000 [0, 1_000_000] "Most that a bank's acceptances may be of its declared assets (rule book 2.5, law).";
    17 MarginCeiling margin_ceiling "margin_ceiling" Rate 100_000 [0, 1_000_000] "Most that margins may be of a bank's declared deposits (rule book 2.5, law).";
    18 OverdueEvents overdue_events "overdue_events" Count 3 [1, 1_000] "Unpaid packages, one a day each, that make an acceptor overdue (rule book 2.5, law).";
    19 OverdueWindowMonths overdue_window_months "overdue_window_months" Months 6 [1, 120] "Months over which they and the findings count.";
    20 OverdueFindings overdue_findings "overdue_findings" Count 3 [1, 1_000] "Findings of overdue that make an acceptor persistently overdue.";
    21 OverdueBarMonths overdue_bar_months "overdue_bar_months" Months 24 [1, 1_200] "Months without acceptance for the persistently overdue.";
    30 GenevaRecourseRate geneva_recourse_rate "geneva_recourse_rate" Rate 60_000 [0, 1_000_000] "Annual interest on a claim of recourse, profile geneva (ULB 48).";
    31 GenevaBarPrimaryMonths geneva_bar_primary_months "geneva_bar_primary_months" Months 36 [1, 1_200] "Time bar against drawer and acceptor, profile geneva (ULB 70).";
    32 GenevaBarEndorserMonths geneva_bar_endorser_months "geneva_bar_endorser_months" Months 12 [1, 1_200] "Time bar against endorsers, profile geneva (ULB 70).";
    33 GenevaBarAgainMonths geneva_bar_again_months "geneva_bar_again_months" Months 6 [1, 1_200] "Time bar of re-recourse, profile geneva (ULB 70).";
    34 GenevaWindowBusinessDays geneva_window_business_days "geneva_window_business_days" Days 2 [0, 60] "Business days of the presentment window after the day of payment, profile geneva (ULB 38).";
    50 NettingCloseCycle netting_close_cycle "netting_close_cycle" Flag 1 [0, 1] "Whether a cycle of netting runs by itself at the close of every business day (rule book 4).";
    51 NettingDeadlineDays netting_deadline_days "netting_deadline_days" Days 30 [1, 366] "Longest time that an obligation waits to be netted (rule book 4, ours).";
    100 CertificateMaxTermMonths certificate_max_term_months "certificate_max_term_months" Months 12 [1, 120] "Longest term of a certificate in months (rule book 3.1, law).";
    101 CertificateFreeTermMonths certificate_free_term_months "certificate_free_term_months" Months 6 [1, 120] "Longest term of a certificate without a stated reason and a bank's confirmation (rule book 3.1, law).";
    102 SignatureAnswerDays signature_answer_days "signature_answer_days" Days 10 [1, 120] "Days to sign for a new certificate.";
    103 MaxTier max_tier "max_tier" Count 16 [1, 1_000] "The deepest tier that a certificate may reach (rule book 3.1).";
    104 RedemptionRetryDays redemption_retry_days "redemption_retry_days" Days 5 [0, 60] "Business days on which redemption of what is overdue is tried again, the issuer's cash ring-fenced (rule book 3.2).";
    105 OpeningNeedsPapers opening_needs_papers "opening_needs_papers" Flag 1 [0, 1] "Whether invoices on record must cover the sum of a certificate (rule book 3.1, law).";
}

impl ParamName {
    /// The value in words of its unit: `6`, `3.6%`.
    pub fn show(self, value: u64) -> String {
        match (self.unit(), u32::try_from(value)) {
            (ParamUnit::Rate, Ok(millionths)) => Rate(millionths).to_string(),
            _ => value.to_string(),
        }
    }

    /// Reads a value as its unit is written, and checks its range.
    pub fn parse(self, text: &str) -> Result<u64, ParamError> {
        let unreadable = |how| ParamError::Unreadable {
            name: self,
            text: text.chars().take(40).collect(),
            how,
        };
        let value = match self.unit() {
            ParamUnit::Rate => text
                .parse::<Rate>()
                .map(|rate| u64::from(rate.0))
                .map_err(|_| unreadable("a rate such as 3.6%"))?,
            ParamUnit::Flag => match text {
                "0" | "no" | "false" => 0,
                "1" | "yes" | "true" => 1,
                _ => return Err(unreadable("0 (no) or 1 (yes)")),
            },
            _ => text
                .parse()
                .map_err(|_| unreadable("a whole number without separators"))?,
        };
        self.check(value)?;
        Ok(value)
    }

    /// Refuses a value outside its range.
    pub fn check(self, value: u64) -> Result<(), ParamError> {
        let (least, most) = self.range();
        if (least..=most).contains(&value) {
            Ok(())
        } else {
            Err(ParamError::OutOfRange {
                name: self,
                least,
                most,
            })
        }
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(
            ParamName::ALL
                .iter()
                .map(|name| (name, name.show(self.get(*name)))),
        )
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let given = <BTreeMap<ParamName, String> as Deserialize>::deserialize(d)?;
        let mut params = Params::default();
        for (name, text) in given {
            let value = name.parse(&text).map_err(serde::de::Error::custom)?;
            params.set(name, value);
        }
        Ok(params)
    }
}
