//! The command line of `souk rest`: a flag for every setting.

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::{Act, Rest};
use crate::rest::standalone::settings::{APP, Given, Kind, SETTINGS, Setting};

const AFTER: &str = "\
Each setting may be a flag, a variable (PGRST_DB_URI is --db-uri) or a line in a PostgREST \
configuration file. The database may say some of them too (`alter role authenticator set \
pgrst.db_schemas = 'api'`). Flags win over the database, that over variables, and those over the \
file.

A start:
  souk rest --db-uri postgres://authenticator:secret@localhost/app --db-schemas api \\
            --db-anon-role anon --jwt-secret @/run/secrets/jwt --server-port 3000
  curl localhost:3000/todos

`notify pgrst, 'reload schema'` or SIGUSR1 has the schemas read again, 'reload config' or SIGUSR2 \
the configuration, an empty notification both.";

impl Args for Rest {
    fn augment_args(command: Command) -> Command {
        let flag = |name: &'static str, about: &'static str| {
            Arg::new(name).long(name).action(ArgAction::SetTrue).help(about)
        };
        let command = command
            .after_help(AFTER)
            .arg(Arg::new("file").value_name("FILE").help("A PostgREST configuration file"))
            .disable_version_flag(true)
            .arg(flag("version", "Print the version, and the PostgREST it stands for").short('v'))
            .arg(flag("example", "Print a configuration file with every setting").short('e'))
            .arg(flag("dump-config", "Print the configuration that holds"))
            .arg(flag("dump-schema", "Print names of what is served, as JSON"))
            .arg(flag("ready", "Ask a server of this configuration whether it is ready"));
        let command = command.arg(
            Arg::new("app-setting")
                .long("app-setting")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("A setting `app.settings.NAME` of every transaction"),
        );
        SETTINGS.iter().fold(command, |command, setting| command.arg(arg(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn arg(setting: &'static Setting) -> Arg {
    let arg = Arg::new(setting.name).long(setting.name).help(setting.help());
    let arg = match setting.name {
        "server-port" => arg.alias("port"),
        _ => arg,
    };
    match setting.kind {
        Kind::Text => arg.value_name("TEXT"),
        Kind::List => arg.value_name("A,B"),
        Kind::Number => arg.value_name("N"),
        Kind::Switch => arg.value_name("YES").num_args(0..=1).default_missing_value("true"),
    }
}

impl FromArgMatches for Rest {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut flags = Given::default();
        for setting in SETTINGS {
            if let Some(value) = matches.get_one::<String>(setting.name) {
                flags.say(setting.name, value);
            }
        }
        for pair in matches.get_many::<String>("app-setting").into_iter().flatten() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            flags.say(format!("{APP}{name}"), value);
        }
        let acts = [
            ("version", Act::Version),
            ("example", Act::Example),
            ("dump-config", Act::Dump),
            ("dump-schema", Act::Schema),
            ("ready", Act::Ready),
        ];
        let act = acts.into_iter().find(|(name, _)| matches.get_flag(name));
        Ok(Self {
            file: matches.get_one::<String>("file").map(Into::into),
            flags,
            act: act.map_or(Act::Serve, |(_, act)| act),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
