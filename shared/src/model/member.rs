//! People who work for an organisation, and what each role may do.

use super::{
    Invalid, Time,
    id::{MemberId, TenantId},
};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Most members of an organisation.
pub const MAX_MEMBERS: usize = 100;

/// A member. Belongs to one organisation and works in both of its modes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The same in test and in live mode.
    pub id: MemberId,
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// In lower case; unique in the deployment.
    pub email: String,
    /// 1 to 100 characters.
    pub name: String,
    /// What the member may do.
    pub role: Role,
    /// The password's hash as a PHC string, with the number of the pepper in front.
    pub password: PasswordHash,
    /// Whether a second factor is on.
    pub totp_enabled: bool,
    /// Language of the dashboard.
    pub locale: String,
    /// Colours of the dashboard.
    pub theme: Theme,
    /// Something the member has to be told: an old refresh token was used.
    pub security_notice: Option<Time>,
    /// When the member last signed in.
    pub last_login_at: Option<Time>,
    /// Since when the member is removed.
    pub removed_at: Option<Time>,
    /// When the member joined.
    pub created_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// A hashed password: `<pepper's number>$argon2id$..`. Never shown, not even while debugging.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

/// What a member may do.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Role::unknown)]
pub enum Role {
    /// Everything, changing admins and owners included.
    Owner,
    /// Everything but changing admins and owners.
    Admin,
    /// Links, products and refunds up to a limit.
    Staff,
    /// Looks only, with buyers' names masked.
    Viewer,
}

/// One of the things that roles differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Permission {
    /// Buyers' names, addresses and numbers unmasked.
    SeeBuyers,
    /// Links and products: make, edit, clone, delete, restore, export.
    ManageLinks,
    /// Refund and cancel; staff up to the organisation's limit for each refund.
    Refund,
    /// Organisation, branding, messages, API keys, webhooks.
    ManageOrganization,
    /// Staff and viewers: invite, change, remove, reset; the list of activity.
    ManageMembers,
    /// The same for admins and owners; the second factor's requirement and the refund limit.
    ManageOwners,
}

/// Colours of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Theme::unknown)]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Light colours, however the device is set.
    Light,
    /// Dark colours, however the device is set.
    Dark,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name on the wire and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the role may do this.
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::SeeBuyers | Permission::ManageLinks | Permission::Refund => {
                !matches!(self, Self::Viewer)
            }
            Permission::ManageOrganization | Permission::ManageMembers => {
                matches!(self, Self::Owner | Self::Admin)
            }
            Permission::ManageOwners => matches!(self, Self::Owner),
        }
    }

    /// Whether the role may invite, change or remove somebody of another role.
    pub const fn may_manage(self, other: Self) -> bool {
        match other {
            Self::Owner | Self::Admin => self.may(Permission::ManageOwners),
            Self::Staff | Self::Viewer => self.may(Permission::ManageMembers),
        }
    }

    /// Everything the role may do.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.may(*permission))
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be owner, admin, staff or viewer")
    }
}

impl Permission {
    /// Every permission, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The permission with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == name)
    }

    /// The name on the wire, and in a route's statement of what it asks for.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Theme {
    /// The name on the wire and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be system, light or dark")
    }
}

impl Member {
    /// Whether the member may sign in.
    pub const fn is_active(&self) -> bool {
        self.removed_at.is_none()
    }

    /// The member after a sign-in, with a renewed hash where its parameters had changed.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn signed_in(&self, renewed: Option<PasswordHash>, now: Time) -> Self {
        let password = renewed.unwrap_or_else(|| self.password.clone());
        Self { password, last_login_at: Some(now), ..self.changed() }
    }

    /// The member with something to be told.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn warned(&self, now: Time) -> Self {
        Self { security_notice: Some(now), ..self.changed() }
    }

    /// The member in another role.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn in_role(&self, role: Role) -> Self {
        Self { role, ..self.changed() }
    }

    /// The member with what it may change of itself.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn with_profile(&self, name: String, locale: String, theme: Theme) -> Self {
        Self { name, locale, theme, ..self.changed() }
    }

    /// The member with another password. What had to be told about the one before is told.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn with_password(&self, password: PasswordHash) -> Self {
        Self { password, security_notice: None, ..self.changed() }
    }

    /// The member with a second factor, or without.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn with_totp(&self, totp_enabled: bool) -> Self {
        Self { totp_enabled, ..self.changed() }
    }

    /// The member without access; a second time changes nothing.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn removed(&self, now: Time) -> Self {
        match self.removed_at {
            Some(_) => self.clone(),
            None => Self { removed_at: Some(now), ..self.changed() },
        }
    }

    fn changed(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_may_what_the_contract_says() {
        let may = |role: Role| role.permissions().map(Permission::as_str).collect::<Vec<_>>();
        assert_eq!(may(Role::Owner).len(), Permission::ALL.len());
        assert_eq!(may(Role::Staff), ["see_buyers", "manage_links", "refund"]);
        assert_eq!(may(Role::Viewer), [""; 0]);
        assert!(Role::Admin.may(Permission::ManageMembers));
        assert!(!Role::Admin.may(Permission::ManageOwners));
    }

    #[test]
    fn admins_manage_staff_and_viewers_only() {
        for other in Role::ALL.iter().copied() {
            assert!(Role::Owner.may_manage(other));
            assert!(!Role::Staff.may_manage(other) && !Role::Viewer.may_manage(other));
        }
        let managed = Role::ALL.iter().copied().filter(|other| Role::Admin.may_manage(*other));
        assert_eq!(managed.collect::<Vec<_>>(), [Role::Staff, Role::Viewer]);
    }

    #[test]
    fn names_read_back_and_hashes_are_never_shown() {
        for role in Role::ALL.iter().copied() {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            assert_eq!(theme.as_str().parse(), Ok(theme));
        }
        assert_eq!(format!("{:?}", PasswordHash("1$argon2id$secret".into())), "PasswordHash");
    }
}
