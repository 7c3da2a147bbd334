//! Offers to become a member. No mail is sent: the link is shown once and handed over by people.

use super::{
    Invalid, Time,
    actor::Actor,
    id::{InvitationId, TenantId},
    member::Role,
};
use strum::{EnumString, IntoStaticStr};

/// How long an invitation is good, in days.
pub const VALID_DAYS: i64 = 7;

/// Most open invitations of an organisation.
pub const MAX_OPEN: usize = 50;

/// An offer to become a member, good for [`VALID_DAYS`] from when its link was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// `inv_...` to callers; stays the same when the link is renewed.
    pub id: InvitationId,
    /// The organisation that it invites to.
    pub tenant: TenantId,
    /// Who is invited, in lower case.
    pub email: String,
    /// The role that the new member is to have.
    pub role: Role,
    /// SHA-256 of the token in hex; a new link makes a new one, and the old link void.
    pub token_hash: String,
    /// Whether it was used or taken back.
    pub end: Option<InvitationEnd>,
    /// The actor who invites.
    pub invited_by: Actor,
    /// When it was made.
    pub created_at: Time,
    /// Not good at or after this moment.
    pub expires_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// How an invitation ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = InvitationEnd::unknown)]
pub enum InvitationEnd {
    /// Somebody became a member with it.
    Accepted,
    /// It was taken back.
    Withdrawn,
}

/// What an invitation is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum InvitationStatus {
    /// It can be accepted: it has neither ended nor passed its time.
    Open,
    /// Somebody became a member with it, so that it can be neither renewed nor withdrawn.
    Accepted,
    /// Somebody took it back before it was accepted; it cannot be renewed.
    Withdrawn,
    /// Its time is over, but it can still be renewed.
    Expired,
}

/// The invitation is used, taken back or past its time; callers are not told which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationOver;

impl Invitation {
    /// What it is at `now`.
    pub fn status_at(&self, now: Time) -> InvitationStatus {
        match self.end {
            Some(InvitationEnd::Accepted) => InvitationStatus::Accepted,
            Some(InvitationEnd::Withdrawn) => InvitationStatus::Withdrawn,
            None if self.expires_at <= now => InvitationStatus::Expired,
            None => InvitationStatus::Open,
        }
    }

    /// Uses it.
    ///
    /// # Errors
    /// [`InvitationOver`] unless it is open.
    pub fn accept(&self, now: Time) -> Result<Self, InvitationOver> {
        match self.status_at(now) {
            InvitationStatus::Open => Ok(self.ended(InvitationEnd::Accepted)),
            InvitationStatus::Accepted
            | InvitationStatus::Withdrawn
            | InvitationStatus::Expired => Err(InvitationOver),
        }
    }

    /// Takes it back; one that is taken back already stays as it is.
    ///
    /// # Errors
    /// [`InvitationOver`] when it was used.
    pub fn withdraw(&self) -> Result<Self, InvitationOver> {
        match self.end {
            Some(InvitationEnd::Accepted) => Err(InvitationOver),
            Some(InvitationEnd::Withdrawn) => Ok(self.clone()),
            None => Ok(self.ended(InvitationEnd::Withdrawn)),
        }
    }

    /// Gives it a new token and another week; one that is past its time as well.
    ///
    /// # Errors
    /// [`InvitationOver`] when it was used or taken back.
    pub fn renew(&self, token_hash: String, now: Time) -> Result<Self, InvitationOver> {
        match self.end {
            Some(InvitationEnd::Accepted | InvitationEnd::Withdrawn) => Err(InvitationOver),
            None => {
                let (expires_at, version) = (now.plus_days(VALID_DAYS), self.version + 1);
                Ok(Self { token_hash, expires_at, version, ..self.clone() })
            }
        }
    }

    fn ended(&self, end: InvitationEnd) -> Self {
        Self { end: Some(end), version: self.version + 1, ..self.clone() }
    }
}

impl InvitationEnd {
    /// The name in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("is not an end")
    }
}

impl InvitationStatus {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;

    fn now() -> Time {
        Time::from_ms(1_795_255_200_250)
    }

    fn open() -> Invitation {
        Invitation {
            id: Id::mint(now(), [5; 10]),
            tenant: Id::mint(now(), [1; 10]),
            email: "ada@example.com".into(),
            role: Role::Staff,
            token_hash: "old".into(),
            end: None,
            invited_by: Actor::Operator,
            created_at: now(),
            expires_at: now().plus_days(VALID_DAYS),
            version: 1,
        }
    }

    #[test]
    fn an_invitation_is_used_once_and_in_time() {
        let accepted = open().accept(now()).unwrap();
        assert_eq!(accepted.status_at(now()), InvitationStatus::Accepted);
        assert_eq!(accepted.accept(now()), Err(InvitationOver));
        assert_eq!(accepted.withdraw(), Err(InvitationOver));
        assert_eq!(open().accept(now().plus_days(7)), Err(InvitationOver));
        let withdrawn = open().withdraw().unwrap();
        assert_eq!(withdrawn.accept(now()), Err(InvitationOver));
        assert_eq!(withdrawn.withdraw(), Ok(withdrawn.clone()));
    }

    #[test]
    fn a_new_link_makes_the_old_one_void() {
        let late = now().plus_days(8);
        assert_eq!(open().status_at(late), InvitationStatus::Expired);
        let renewed = open().renew("new".into(), late).unwrap();
        assert_eq!(renewed.status_at(late), InvitationStatus::Open);
        assert_eq!((renewed.token_hash.as_str(), renewed.version), ("new", 2));
        assert!(open().withdraw().unwrap().renew("new".into(), now()).is_err());
    }
}
