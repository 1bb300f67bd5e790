//! Layer 1: HTTP to others. Plain values in, plain values out, and a limit on everything: how long
//! a call takes, how large its answer is, how many run at once. Nothing is tried twice, and no
//! redirect is followed: that is for whoever knows what the call does.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, retry};
use tokio::sync::Semaphore;

/// Limits of the calls to one upstream.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a connection may take.
    pub connect: Duration,
    /// How long a call may take, its answer included.
    pub total: Duration,
    /// Largest answer.
    pub answer_bytes_max: usize,
    /// Calls at once.
    pub calls_max: usize,
}

/// The way to one upstream. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outside {
    client: Client,
    limits: Limits,
    places: Arc<Semaphore>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers; host and length are added.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Bytes,
}

/// What came back, whatever its status.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers; a value that is no text is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// As many calls as may be are under way.
    #[error("too many calls are under way")]
    Busy,
    /// It took too long; what was asked for may have happened.
    #[error("no answer came in time")]
    Timeout(#[source] reqwest::Error),
    /// Nobody is there, or not who should be; nothing has happened.
    #[error("it can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The line was cut; what was asked for may have happened.
    #[error("the answer broke off")]
    Cut(#[source] reqwest::Error),
    /// The answer is larger than it may be.
    #[error("the answer is over {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// The call can't be made: its method or address is none.
    #[error("the call can't be made")]
    Malformed,
}

impl Call {
    /// A call without a body.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: "GET".to_owned(), url: url.into(), headers: Vec::new(), body: Bytes::new() }
    }
}

impl Outside {
    /// A way with these limits.
    ///
    /// # Errors
    /// When this machine has no certificates of authorities to check others by.
    pub fn new(limits: Limits) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .redirect(Policy::none())
            .retry(retry::never())
            .user_agent(concat!("souk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, limits, places: Arc::new(Semaphore::new(limits.calls_max)) })
    }

    /// Makes the call, once.
    ///
    /// # Errors
    /// Why there is no answer; an answer that refuses is an answer.
    pub async fn send(&self, call: Call) -> Result<Reply, Error> {
        let _place = self.places.try_acquire().map_err(|_| Error::Busy)?;
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|_| Error::Malformed)?;
        let mut request = self.client.request(method, &call.url);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() {
            request = request.body(call.body);
        }
        let request = request.build().map_err(|_| Error::Malformed)?;
        let mut response = self.client.execute(request).await.map_err(Error::from_reqwest)?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let bytes_max = self.limits.answer_bytes_max;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Error::from_reqwest)? {
            if body.len() + chunk.len() > bytes_max {
                return Err(Error::TooLarge { bytes_max });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body })
    }
}

impl Error {
    /// The address is left out: a query may hold a token.
    fn from_reqwest(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() {
            Self::Unreachable(error)
        } else if error.is_timeout() {
            Self::Timeout(error)
        } else {
            Self::Cut(error)
        }
    }
}

impl Reply {
    /// The first value under the name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}
