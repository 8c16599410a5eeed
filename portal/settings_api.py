"""Settings of the interface for programs; none of them comes from the environment."""

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "portal.api.errors.answer",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.KeyAuthentication",
        "portal.api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.Described",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
# requests a minute; a city's app sends many drivers' requests from one address
API_RATES = {"key_read": 600, "key_write": 60, "address_read": 6000, "address_write": 600}
SPECTACULAR_SETTINGS = {
    "TITLE": "司机之家 API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.0.3",
    "SCHEMA_PATH_PREFIX": "/api",
    "PREPROCESSING_HOOKS": ["portal.api.schema.only_described"],
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_NAME_OVERRIDES": {
        "OutsideBodyEnum": "appeals.outside.CHOICES",
        "StatusEnum": "appeals.models.Status",
        "EvidenceStateEnum": "appeals.models.EvidenceState",
        "HearingStateEnum": "appeals.api.shapes.HEARING_STATES",
    },
}
