//! Settings with a fixed list of words.

use super::{Scalar, scalar};
use crate::suggest::nearest;

/// Defines an enum whose variants are words in configuration. `= "warning" | "warn"` reads both, and writes the
/// first.
macro_rules! keyword {
    ($(#[$doc:meta])* $name:ident {
        $(#[$first_doc:meta])* $first:ident = $first_word:literal,
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal $(| $also:literal)?,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[$first_doc])* $first,
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            pub const WORDS: &[&str] = &[$first_word, $($word),+];

            pub fn as_str(self) -> &'static str {
                match self {
                    $name::$first => $first_word,
                    $($name::$variant => $word,)+
                }
            }
        }

        impl Scalar for $name {
            const EXPECTED: &'static str = concat!("one of \"", $first_word, "\"" $(, ", \"", $word, "\"")+);

            fn parse(text: &str) -> Result<$name, String> {
                match text.trim().to_ascii_lowercase().as_str() {
                    $first_word => Ok($name::$first),
                    $($word $(| $also)? => Ok($name::$variant),)+
                    other => Err(crate::value::keyword::unknown_word(text, other, $name::WORDS)),
                }
            }

            fn render(&self) -> String {
                self.as_str().to_owned()
            }

            fn json_schema() -> serde_json::Value {
                serde_json::json!({ "type": "string", "enum": [$first_word, $($word $(, $also)?),+] })
            }
        }

        scalar!($name, stringify!($name));
    };
}

pub(crate) use keyword;

keyword! {
    /// What is checked before a command writes to a database.
    StartupCheck {
        /// Quick up to 32 MiB, the header beyond.
        Auto = "auto",
        /// SQLite's `quick_check`.
        Quick = "quick",
        /// Magic, file size, identity and version.
        Header = "header",
        Off = "off",
    }
}

keyword! {
    /// The journal mode of the databases.
    JournalMode {
        /// WAL, or DELETE on a file system where WAL is unsafe.
        Auto = "auto",
        Wal = "wal",
        Delete = "delete",
    }
}

keyword! {
    /// How much a finding weighs. Ordered: `Off` is least.
    Severity {
        /// The rule is not evaluated.
        Off = "off",
        Info = "info",
        Warning = "warning" | "warn",
        Error = "error",
    }
}

pub(crate) fn unknown_word(text: &str, lowered: &str, words: &[&str]) -> String {
    let list = words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    match nearest(lowered, words.iter().copied()) {
        Some(word) => format!("expected one of {list}, found {text:?}; did you mean {word:?}?"),
        None => format!("expected one of {list}, found {text:?}"),
    }
}
