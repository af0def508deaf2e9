//! A moment of business time.

use crate::date::Date;

const DAY_MS: i128 = 86_400_000;

/// A moment of business time: header time and what the development clock added, at the ledger's fixed
/// offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The calendar date.
    pub date: Date,
    /// Minutes since midnight, 0 to 1439.
    pub minute: u16,
    /// Milliseconds since 1970-01-01 00:00 at the ledger's offset.
    pub ms: u64,
}

impl Moment {
    /// The moment of a header time. What lies outside the dates that the ledger can name becomes the first
    /// or the last moment of that range.
    pub fn at(time_ms: u64, offset_ms: u64, utc_offset_minutes: i16) -> Moment {
        let last_ms = i128::from(Date::LAST.days())
            .saturating_add(1)
            .saturating_mul(DAY_MS)
            .saturating_sub(1);
        let ms = i128::from(time_ms)
            .saturating_add(i128::from(offset_ms))
            .saturating_add(i128::from(utc_offset_minutes).saturating_mul(60_000))
            .clamp(0, last_ms);
        let day = u32::try_from(ms.div_euclid(DAY_MS)).unwrap_or(u32::MAX);
        let minute = ms.rem_euclid(DAY_MS).div_euclid(60_000);
        Moment {
            date: Date::from_days(day).unwrap_or(Date::LAST),
            minute: u16::try_from(minute).unwrap_or(0),
            ms: u64::try_from(ms).unwrap_or(u64::MAX),
        }
    }

    /// The first moment of a day.
    pub fn start_of(date: Date) -> Moment {
        Moment {
            date,
            minute: 0,
            ms: u64::from(date.days()).saturating_mul(86_400_000),
        }
    }

    /// Whether the close of a day lies behind.
    pub fn past_close(self, day: Date, close_minute: u16) -> bool {
        self.date > day || (self.date == day && self.minute >= close_minute)
    }
}
