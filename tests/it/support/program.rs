//! `souk rest` as a program: started with flags, variables and a file, watched by its log.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// How the program is set up.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    pub(crate) flags: Vec<(String, String)>,
    pub(crate) variables: Vec<(String, String)>,
    /// Lines of a configuration file.
    pub(crate) file: Option<String>,
    /// What is piped into it.
    pub(crate) input: String,
}

/// A server that runs; killed when dropped.
pub(crate) struct Program {
    child: Child,
    log: Arc<Mutex<Vec<Value>>>,
    file: Option<PathBuf>,
}

impl Setup {
    pub(crate) fn flag(mut self, name: &str, value: &str) -> Self {
        self.flags.push((format!("--{name}"), value.to_owned()));
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn line(mut self, name: &str, value: &str) -> Self {
        let file = self.file.get_or_insert_default();
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        file.push_str(&format!("{name} = \"{value}\"\n"));
        self
    }

    fn command(&self) -> (Command, Option<PathBuf>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_souk"));
        command.arg("rest").env_clear().stderr(Stdio::piped()).stdout(Stdio::piped());
        for (name, value) in &self.flags {
            command.arg(format!("{name}={value}"));
        }
        command.envs(self.variables.iter().cloned());
        let file = self.file.as_ref().map(|text| {
            let name = format!("souk-rest-{}.conf", uuid::Uuid::now_v7().simple());
            let path = std::env::temp_dir().join(name);
            std::fs::write(&path, text).unwrap();
            command.arg(&path);
            path
        });
        (command, file)
    }

    /// Runs the program to its end, with one more argument.
    pub(crate) fn run(&self, argument: &str) -> Output {
        let (mut command, file) = self.command();
        let output = command.arg(argument).stdin(Stdio::null()).output().unwrap();
        if let Some(file) = file {
            std::fs::remove_file(file).unwrap();
        }
        output
    }

    /// Starts the program on a free port of this machine, and waits until it serves.
    pub(crate) fn start(&self) -> Program {
        let mut setup = self.clone();
        let is_said = |name: &str| {
            let said = setup.flags.iter().chain(&setup.variables);
            said.map(|(name, _)| name.as_str()).any(|other| other == name)
        };
        if !is_said("PGRST_SERVER_UNIX_SOCKET") && !is_said("PGRST_SERVER_HOST") {
            setup = setup.variable("PGRST_SERVER_HOST", "127.0.0.1");
        }
        if !setup.variables.iter().any(|(name, _)| name == "PGRST_SERVER_PORT") {
            setup = setup.variable("PGRST_SERVER_PORT", "0");
        }
        let (mut command, file) = setup.command();
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(setup.input.as_bytes()).unwrap();
        let log: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (lines, heard) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::from(line));
                heard.lock().unwrap().push(line);
            }
        });
        let program = Program { child, log, file };
        program.wait_for("it serves", |line| line["message"] == "serving");
        program
    }
}

impl Program {
    /// Where it serves: `127.0.0.1:4711`.
    pub(crate) fn address(&self) -> String {
        self.told("serving")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// The same of its admin port.
    pub(crate) fn admin_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.told("serving /live and /ready"))
    }

    fn told(&self, message: &str) -> String {
        let log = self.log.lock().unwrap();
        let line = log.iter().find(|line| line["message"] == message).expect(message);
        line["address"].as_str().unwrap().to_owned()
    }

    /// Writes its file anew.
    pub(crate) fn rewrite(&self, change: impl FnOnce(String) -> String) {
        let path = self.file.as_ref().expect("it has a file");
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::write(path, change(text)).unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal: `-USR1`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// The log so far.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a line of the log.
    pub(crate) fn wait_for(&self, what: &str, fits: impl Fn(&Value) -> bool) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.log.lock().unwrap().iter().any(&fits) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{what}: never said\n{:#?}", self.log());
    }

    /// A polite end; its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(file) = &self.file {
            let _ = std::fs::remove_file(file);
        }
    }
}
