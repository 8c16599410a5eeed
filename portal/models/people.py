from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from portal import sealing, wording
from portal.fields import CodeField, SealedTextField


def phone_hash(phone: str) -> str:
    """The keyed hash of a mobile number, by which its account is found."""
    return sealing.keyed_hash("phone", phone)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, code: str | None) -> "User":
        return self.get(code=code)

    def with_phone(self, phone: str) -> "User | None":
        return self.filter(phone_hash=phone_hash(phone)).first()


class User(AbstractBaseUser, PermissionsMixin):
    """A person, whatever he does here: he signs in by phone and code; posts and the driver's record hang on him."""

    code = CodeField()
    name = models.CharField(max_length=60)
    phone = SealedTextField()
    phone_hash = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    is_long_session = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    same_person_as = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="other_accounts",
        help_text="Another account of this person. Gives nothing; what bars one bars the other.",
    )

    objects = UserManager()
    USERNAME_FIELD = "code"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="nobody_is_superuser"),
            models.CheckConstraint(condition=~models.Q(same_person_as=models.F("pk")), name="another_account"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def masked_name(self) -> str:
        """周**: as everywhere; a star for each character would tell a long name by its length."""
        return wording.mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return f"{self.phone[:3]}****{self.phone[-4:]}"
