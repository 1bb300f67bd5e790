//! PostgREST's settings: what they are called, where they may be said, and what each of them does
//! here. Flags, variables, the example file and the refusal of names that are none all come from
//! this one list.

mod given;
mod list;

pub use given::Given;
pub use list::SETTINGS;

/// What kind of value a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Texts with commas between.
    List,
    /// A whole number.
    Number,
    /// Yes or no.
    Switch,
}

/// How a setting is heeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heed {
    /// It does what it does in PostgREST.
    Whole,
    /// Nothing hangs on it here, and why.
    Idle(&'static str),
    /// Anything but its default is told to be without effect, and why.
    Warned(&'static str),
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name, as in a file.
    pub name: &'static str,
    /// What it was called once.
    pub alias: Option<&'static str>,
    /// What holds where nothing is said.
    pub default: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether the database may say it.
    pub is_in_database: bool,
    /// How it is heeded.
    pub heed: Heed,
    /// What it does, in a sentence.
    pub about: &'static str,
}

const fn setting(name: &'static str, kind: Kind, default: &'static str) -> Setting {
    Setting {
        name,
        alias: None,
        default,
        kind,
        is_in_database: false,
        heed: Heed::Whole,
        about: "",
    }
}

impl Setting {
    const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    const fn once(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    const fn in_database(mut self) -> Self {
        self.is_in_database = true;
        self
    }

    const fn idle(mut self, why: &'static str) -> Self {
        self.heed = Heed::Idle(why);
        self
    }

    const fn warned(mut self, why: &'static str) -> Self {
        self.heed = Heed::Warned(why);
        self
    }

    /// What it does and what holds where nothing is said, for a reader of `--help`.
    pub fn help(&self) -> String {
        match self.default {
            "" => self.effect(),
            default => format!("{} [default: {default}]", self.effect()),
        }
    }

    /// What it does here, in a sentence.
    pub fn effect(&self) -> String {
        match self.heed {
            Heed::Whole => self.about.to_owned(),
            Heed::Idle(why) => format!("Taken, with nothing to do: {why}"),
            Heed::Warned(why) => format!("Has no effect: {why}"),
        }
    }
}

/// Settings of the caller's functions, by `app.settings.<name>`.
pub const APP: &str = "app.settings.";

/// The setting of a name.
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
