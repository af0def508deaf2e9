//! Closed lists of words with fixed numbers.

/// Declares a closed list of words with fixed numbers, in JSON and on screen the word given.
macro_rules! words {
    ($( $(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $number:literal $text:literal, )* } )*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
                borsh::BorshSerialize, borsh::BorshDeserialize)]
            #[borsh(use_discriminant = true)]
            #[repr(u8)]
            pub enum $name { $( $(#[$vmeta])* #[serde(rename = $text)] $variant = $number, )* }

            impl $name {
                /// Every value, in order of number.
                pub const ALL: &'static [$name] = &[$( $name::$variant, )*];

                /// The word.
                pub const fn as_str(self) -> &'static str {
                    match self { $( $name::$variant => $text, )* }
                }

                /// The value that this word names.
                pub fn from_word(word: &str) -> Option<$name> {
                    match word { $( $text => Some($name::$variant), )* _ => None }
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
            }
        )*
    };
}
pub(crate) use words;
