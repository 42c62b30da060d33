"""The actor: who acts, for which organisation, in which roles, by page or by token."""

from __future__ import annotations

from dataclasses import dataclass, field

from rongzhi.platform.accounts.models import Organisation, Person, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Parameters
    ----------
    person : Person or None
        None for the public and for the system itself.
    organisation : Organisation or None
        The organisation acted for; None for the public.
    roles : frozenset of Role
        Roles held in that organisation.
    scopes : frozenset of str or None
        What a token may do (``read``, ``write``, ``plan`` ...); None means everything the roles allow (a log-in).
    is_admin : bool
        Whether the person administers the organisation.
    is_system : bool
        The platform's own jobs and commands.
    """

    person: Person | None = None
    organisation: Organisation | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] | None = None
    is_admin: bool = False
    is_system: bool = False

    @property
    def is_public(self) -> bool:
        """Whether nobody is logged in."""
        return self.person is None and not self.is_system

    @property
    def is_operator(self) -> bool:
        """Whether the actor runs the platform."""
        return self.is_system or Role.OPERATOR in self.roles

    def has_role(self, *roles: str) -> bool:
        """Whether the actor holds one of the roles."""
        return self.is_system or bool(self.roles.intersection(roles))

    def has_scope(self, scope: str) -> bool:
        """Whether a token's scopes allow this kind of act."""
        return self.scopes is None or scope in self.scopes

    @property
    def name(self) -> str:
        """What the event log writes as the doer."""
        if self.is_system:
            return "system"
        return self.person.get_username() if self.person else "public"


PUBLIC = Actor()
SYSTEM = Actor(is_system=True)
