//! Colours by word. They repeat what is written, and never say it alone.

/// A colour for edges and bars, and a pale one to write upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// For edges, bars and swatches.
    pub strong: &'static str,
    /// Behind text.
    pub pale: &'static str,
}

const fn colour(strong: &'static str, pale: &'static str) -> Colour {
    Colour { strong, pale }
}

/// Of words that no family claims.
const OTHER: Colour = colour("#57606a", "#f0f2f4");

/// Families of words by what they contain; the first that fits counts.
const FAMILIES: &[(&[&str], Colour)] = &[
    (
        &[
            "unpaid",
            "refused",
            "recourse",
            "dishonour",
            "overdue",
            "disputed",
        ],
        colour("#b42318", "#fdecea"),
    ),
    (
        &["frozen", "stopped", "order", "court"],
        colour("#344054", "#e4e7ec"),
    ),
    (&["redeemed by the issuer"], colour("#1a7f37", "#e3f5e7")),
    (
        &[
            "discount",
            "repo",
            "redemption",
            "redeemed",
            "disclosed",
            "financed",
            "asked back",
        ],
        colour("#6f42c1", "#f1eafb"),
    ),
    (
        &[
            "revoked",
            "terminated",
            "lapsed",
            "unused",
            "rejected",
            "cancelled",
            "expired",
        ],
        colour("#667085", "#eceef1"),
    ),
    (&["pledge", "release"], colour("#a15c07", "#fdf1d7")),
    (&["guarante"], colour("#5f6b12", "#f3f5d9")),
    (&["paid", "settled"], colour("#1a7f37", "#e3f5e7")),
    (&["presented", "collecting"], colour("#0b6e99", "#e0f2fa")),
    (
        &["endorsed", "circulable", "transferred"],
        colour("#0d7a6f", "#def4f0"),
    ),
    (
        &[
            "registered",
            "accepted",
            "delivered",
            "awaiting receipt",
            "opened",
            "signed",
            "confirmed",
        ],
        colour("#2f5bb7", "#e7eefb"),
    ),
];

/// The colour of an act, or of a lot's state, by its word.
pub fn of_word(word: &str) -> Colour {
    FAMILIES
        .iter()
        .find(|(parts, _)| parts.iter().any(|part| word.contains(part)))
        .map_or(OTHER, |(_, colour)| *colour)
}
