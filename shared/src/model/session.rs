//! A member's sign-in: how long it lasts, and how its refresh token stays good for one use.
//!
//! Each refresh raises a counter. The token with the counter before the current one is answered with
//! the current pair for a minute, since answers get lost and two tabs refresh at once. An older one
//! was copied: the session ends everywhere.

use super::{
    Mode, Time,
    id::{MemberId, SessionId, TenantId},
};

/// A session ends this long after its last refresh, in seconds.
pub const IDLE_S: i64 = 12 * 3600;

/// A session ends this long after the sign-in at the latest, in days.
pub const MAX_DAYS: i64 = 7;

/// How long the refresh token before the current one is still answered, in seconds.
pub const OVERLAP_S: i64 = 60;

/// How long a password or code counts as just given, in seconds.
pub const REAUTHENTICATED_S: i64 = 10 * 60;

/// The same for refunds, in seconds.
pub const REAUTHENTICATED_FOR_REFUNDS_S: i64 = 60 * 60;

/// Which sign-in, and whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRef {
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member who signed in.
    pub member: MemberId,
    /// Which of the member's sign-ins it is.
    pub id: SessionId,
}

/// One sign-in of a member, from the password or code until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Access and refresh tokens name it, so that ending it stops them.
    pub id: SessionId,
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member who signed in.
    pub member: MemberId,
    /// In which mode the next pair of tokens works.
    pub mode: Mode,
    /// How often it was refreshed.
    pub counter: u32,
    /// Whether the refresh token lies in a cookie.
    pub by_cookie: bool,
    /// The browser, as people recognise it.
    pub device: String,
    /// The network it came from (`203.0.113.0/24`).
    pub network: String,
    /// When the member signed in.
    pub created_at: Time,
    /// When it was last refreshed.
    pub refreshed_at: Time,
    /// When a password or code was last given.
    pub authenticated_at: Time,
    /// Whether it may do nothing but enrol a second factor, which its organisation asks for.
    pub enrolling: bool,
    /// Since when it is revoked.
    pub revoked_at: Option<Time>,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// What a refresh is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The next pair, once this session is written.
    Next(Box<Session>),
    /// The current pair again; nothing to write.
    Again,
}

/// Why a session opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionRefusal {
    /// Its time is over.
    Expired,
    /// Somebody ended it before its time: `revoked_at` is set.
    Revoked,
    /// An old refresh token came: end the session, and tell the member.
    Reused,
}

impl Session {
    /// Where it is found.
    pub fn place(&self) -> SessionRef {
        SessionRef { tenant: self.tenant, member: self.member, id: self.id }
    }

    /// When it ends if nobody refreshes it.
    pub fn ends_at(&self) -> Time {
        let idle = self.refreshed_at.plus_seconds(IDLE_S);
        idle.min(self.created_at.plus_days(MAX_DAYS))
    }

    /// Whether its access tokens open anything at `now`.
    ///
    /// # Errors
    /// [`SessionRefusal::Revoked`], [`SessionRefusal::Expired`].
    pub fn open_at(&self, now: Time) -> Result<(), SessionRefusal> {
        match self.revoked_at {
            Some(_) => Err(SessionRefusal::Revoked),
            None if self.ends_at() <= now => Err(SessionRefusal::Expired),
            None => Ok(()),
        }
    }

    /// Whether a password or code was given within the last `seconds`.
    pub fn reauthenticated_within(&self, seconds: i64, now: Time) -> bool {
        now < self.authenticated_at.plus_seconds(seconds)
    }

    /// Uses a refresh token with this counter, and may change to another mode.
    ///
    /// # Errors
    /// See [`SessionRefusal`].
    pub fn refresh(
        &self,
        counter: u32,
        mode: Option<Mode>,
        now: Time,
    ) -> Result<Refreshed, SessionRefusal> {
        self.open_at(now)?;
        let recent = now < self.refreshed_at.plus_seconds(OVERLAP_S);
        if counter == self.counter {
            let mode = mode.unwrap_or(self.mode);
            let (counter, version) = (self.counter + 1, self.version + 1);
            let next = Self { counter, mode, refreshed_at: now, version, ..self.clone() };
            return Ok(Refreshed::Next(Box::new(next)));
        }
        match self.counter.checked_sub(counter) {
            Some(1) if recent => Ok(Refreshed::Again),
            _ => Err(SessionRefusal::Reused),
        }
    }

    /// Ends it; a second time changes nothing.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn revoke(&self, now: Time) -> Self {
        match self.revoked_at {
            Some(_) => self.clone(),
            None => Self { revoked_at: Some(now), version: self.version + 1, ..self.clone() },
        }
    }

    /// A password or code was given once more.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn reauthenticated(&self, now: Time) -> Self {
        Self { authenticated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The second factor is on: the session may do what its member may.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn enrolled(&self, now: Time) -> Self {
        Self { enrolling: false, ..self.reauthenticated(now) }
    }

    /// Whether a password or code was given within these seconds.
    pub fn authenticated_within(&self, seconds: i64, now: Time) -> bool {
        now < self.authenticated_at.plus_seconds(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;

    fn now() -> Time {
        Time::from_ms(1_795_255_200_250)
    }

    fn session() -> Session {
        Session {
            id: Id::mint(now(), [3; 10]),
            tenant: Id::mint(now(), [1; 10]),
            member: Id::mint(now(), [2; 10]),
            mode: Mode::Test,
            counter: 0,
            by_cookie: false,
            device: "Firefox on Windows".into(),
            network: "203.0.113.0/24".into(),
            created_at: now(),
            refreshed_at: now(),
            authenticated_at: now(),
            enrolling: false,
            revoked_at: None,
            version: 1,
        }
    }

    fn next(session: &Session, counter: u32, at: Time) -> Session {
        match session.refresh(counter, None, at) {
            Ok(Refreshed::Next(next)) => *next,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_tabs_that_refresh_at_once_get_the_same_pair() {
        let first = next(&session(), 0, now().plus_seconds(900));
        assert_eq!((first.counter, first.version), (1, 2));
        let soon = now().plus_seconds(959);
        assert_eq!(first.refresh(0, None, soon), Ok(Refreshed::Again));
        let late = now().plus_seconds(960);
        assert_eq!(first.refresh(0, None, late), Err(SessionRefusal::Reused));
    }

    #[test]
    fn a_copied_token_ends_the_session() {
        let mut session = session();
        for n in 0..3 {
            session = next(&session, n, now().plus_seconds(900 * i64::from(n + 1)));
        }
        let at = now().plus_seconds(2_701);
        for stale in [0, 1] {
            assert_eq!(session.refresh(stale, None, at), Err(SessionRefusal::Reused));
        }
        assert_eq!(session.refresh(4, None, at), Err(SessionRefusal::Reused), "not made yet");
        let over = session.revoke(at);
        assert_eq!(over.refresh(3, None, at), Err(SessionRefusal::Revoked));
        assert_eq!(over.revoke(at.plus_seconds(1)), over);
    }

    #[test]
    fn a_session_ends_when_idle_and_after_a_week() {
        let mut session = session();
        let idle = now().plus_seconds(IDLE_S);
        assert_eq!(session.open_at(idle.plus_ms(-1)), Ok(()));
        assert_eq!(session.open_at(idle), Err(SessionRefusal::Expired));
        let mut at = now();
        for n in 0..15 {
            at = at.plus_seconds(IDLE_S - 1_000);
            if session.open_at(at).is_err() {
                break;
            }
            session = next(&session, n, at);
        }
        assert_eq!(session.ends_at(), now().plus_days(MAX_DAYS));
    }

    #[test]
    fn a_refresh_may_change_the_mode() {
        let Ok(Refreshed::Next(live)) = session().refresh(0, Some(Mode::Live), now()) else {
            panic!("refreshed")
        };
        assert_eq!(live.mode, Mode::Live);
    }

    #[test]
    fn a_password_counts_as_just_given_for_a_while() {
        let later = now().plus_seconds(REAUTHENTICATED_S);
        assert!(!session().authenticated_within(REAUTHENTICATED_S, later));
        assert!(session().authenticated_within(REAUTHENTICATED_FOR_REFUNDS_S, later));
        assert!(session().reauthenticated(later).authenticated_within(REAUTHENTICATED_S, later));
    }
}
