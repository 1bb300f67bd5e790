//! Which door a path leads to: how a refusal reads there, and whether pages of other origins may
//! knock.

/// A door of the platform or of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Supabase Auth, on the platform's address and at every store.
    Auth,
    /// A store's data, in PostgREST's language.
    Rest,
    /// What else programs call.
    Api,
    /// Pages for people, and what operators read.
    Page,
}

impl Door {
    /// The door of a path, `/s/{slug}` of a store in front of it or not.
    pub fn of(path: &str) -> Self {
        let of_store = path.strip_prefix("/s/").and_then(|rest| rest.split_once('/'));
        let (path, is_store) =
            of_store.map_or((path.trim_start_matches('/'), false), |(_, path)| (path, true));
        match (path.split('/').next().unwrap_or_default(), is_store) {
            ("auth", _) => Self::Auth,
            ("rest", true) => Self::Rest,
            ("functions" | "graphql" | "realtime" | "storage" | "store", true)
            | ("openapi.json" | "v1", false) => Self::Api,
            _ => Self::Page,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_one_door() {
        for (path, door) in [
            ("/auth/v1/token", Door::Auth),
            ("/s/acme/auth/v1/token", Door::Auth),
            ("/s/acme/rest/v1/", Door::Rest),
            ("/v1/stores", Door::Api),
            ("/openapi.json", Door::Api),
            ("/s/acme/store/v1/config", Door::Api),
            ("/s/acme/functions/v1/hello", Door::Api),
            ("/", Door::Page),
            ("/mailbox.json", Door::Page),
            ("/metrics", Door::Page),
            ("/rest/v1", Door::Page),
            ("/s/acme", Door::Page),
            ("/s/acme/", Door::Page),
            ("/s/acme/v1", Door::Page),
            ("/s/rest/x", Door::Page),
            ("/v10", Door::Page),
        ] {
            assert_eq!(Door::of(path), door, "{path}");
        }
    }
}
