//! What mails say: a few plain lines for each kind.

use crate::supabase::embedded::auth::mail::{Mail, MailKind};

/// The text of a mail of Auth.
pub(super) fn text(mail: &Mail) -> String {
    let mut paragraphs = vec![opening(mail)];
    if let Some(link) = &mail.link {
        paragraphs.push(link.clone());
    }
    if let Some(code) = mail.otp.as_deref().filter(|code| !code.is_empty()) {
        let lead = if mail.link.is_some() { "Or enter this code" } else { "Enter this code" };
        paragraphs.push(format!("{lead}: {code}"));
    }
    paragraphs.push(closing(mail.kind).to_owned());
    paragraphs.join("\n\n")
}

fn opening(mail: &Mail) -> String {
    match mail.kind {
        MailKind::Confirmation => "Welcome. Please confirm that this address is yours:".to_owned(),
        MailKind::Invite => {
            "You have been invited. Follow the link to choose a password:".to_owned()
        }
        MailKind::MagicLink => "Here is your link to sign in:".to_owned(),
        MailKind::Recovery => "Follow the link to choose a new password:".to_owned(),
        MailKind::EmailChange => match &mail.new_email {
            Some(new) => format!("Please confirm that your address changes to {new}:"),
            None => "Please confirm that this is your new address:".to_owned(),
        },
        MailKind::Reauthentication => "Somebody wants to make sure that it is you.".to_owned(),
        MailKind::PasswordChanged => "Your password was changed.".to_owned(),
    }
}

fn closing(kind: MailKind) -> &'static str {
    match kind {
        MailKind::PasswordChanged => "If that was not you, ask for a new password at once.",
        MailKind::Confirmation
        | MailKind::Invite
        | MailKind::MagicLink
        | MailKind::Recovery
        | MailKind::EmailChange
        | MailKind::Reauthentication => "If you did not ask for this, there is nothing to do.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_has_its_link_and_its_code() {
        let mail = |kind, link: Option<&str>, otp: Option<&str>| Mail {
            kind,
            to: "ada@example.com".to_owned(),
            subject: String::new(),
            link: link.map(str::to_owned),
            otp: otp.map(str::to_owned),
            token_hash: None,
            redirect_to: String::new(),
            new_email: None,
        };
        let both = text(&mail(MailKind::Confirmation, Some("http://x/verify"), Some("123456")));
        assert!(both.contains("http://x/verify") && both.contains("123456"), "{both}");
        let notice = text(&mail(MailKind::PasswordChanged, None, None));
        assert!(!notice.contains("code") && notice.contains("changed"), "{notice}");
    }
}
