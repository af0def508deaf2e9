//! Enums whose variants carry a module number and a code, both part of the format and never reused.

/// Declares an enum of one-struct variants with canonical bytes (`module u8 ‖ code u16 ‖ body`) and tagged
/// JSON (`{"<tag>": "module.name", "<content>": {…}}`).
macro_rules! coded_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident tag $tag:literal content $content:literal {
            $( $module:literal . $code:literal $text:literal => $variant:ident, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = $tag, content = $content, deny_unknown_fields)]
        pub enum $name {
            $( #[doc = $text] #[serde(rename = $text)] $variant($variant), )*
        }

        impl $name {
            /// All names with their module number and code.
            pub const NAMES: &'static [(u8, u16, &'static str)] = &[ $( ($module, $code, $text), )* ];

            /// The name, `module.verb`.
            pub const fn name(&self) -> &'static str {
                match self { $( $name::$variant(_) => $text, )* }
            }
        }

        $( impl From<$variant> for $name {
            fn from(body: $variant) -> Self { $name::$variant(body) }
        } )*

        impl borsh::BorshSerialize for $name {
            fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
                match self { $( $name::$variant(body) => {
                    writer.write_all(&[$module])?;
                    borsh::BorshSerialize::serialize(&($code as u16), writer)?;
                    borsh::BorshSerialize::serialize(body, writer)
                } )* }
            }
        }

        impl borsh::BorshDeserialize for $name {
            fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
                let module = <u8 as borsh::BorshDeserialize>::deserialize_reader(reader)?;
                let code = <u16 as borsh::BorshDeserialize>::deserialize_reader(reader)?;
                match (module, code) {
                    $( ($module, $code) =>
                        Ok($name::$variant(borsh::BorshDeserialize::deserialize_reader(reader)?)), )*
                    _ => Err(std::io::Error::new(
                        std::io::ErrorKind::InvalidData,
                        format!("unknown {} {module}.{code}", stringify!($name)),
                    )),
                }
            }
        }
    };
}
pub(crate) use coded_enum;

/// Declares structs with the derives that everything in calls and events has; unknown JSON fields are refused.
macro_rules! coded_structs {
    ($( $(#[$meta:meta])* pub struct $name:ident { $( $(#[$fmeta:meta])* pub $field:ident : $ty:ty ),* $(,)? } )*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize,
                borsh::BorshSerialize, borsh::BorshDeserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $( $(#[$fmeta])* pub $field: $ty, )* }
        )*
    };
}
pub(crate) use coded_structs;
