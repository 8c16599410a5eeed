"""Widgets of the look, and the renderer that draws every form with templates/parts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise

Words = Mapping[str, str | Promise]


class LookRenderer(TemplatesSetting):
    """settings.FORM_RENDERER: `{{ form }}` and `{{ field.as_field_group }}` come out in the look."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"


class _Tiled(forms.widgets.ChoiceWidget):
    """Choices as tiles: each may carry a hint below its label and an icon before it, keyed by the choice's value."""

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        hints: Words | None = None,
        icons: Mapping[str, str] | None = None,
        css: str = "",
    ) -> None:
        super().__init__(attrs)
        self.hints = dict(hints or {})
        self.icons = dict(icons or {})
        self.css = css

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        option["icon"] = self.icons.get(str(value), "")
        return option


class Tiles(_Tiled, forms.RadioSelect):
    """One answer out of two to eight. css="yesno" for two in a row, css="stars" for a rating of five."""

    look = "tiles"


class TickTiles(_Tiled, forms.CheckboxSelectMultiple):
    """Several answers."""

    look = "ticks"


class DayParts(forms.Widget):
    """A day as three short number fields, for an ordinary DateField: the native picker of old phones hides the year."""

    look = "day"
    template_name = "parts/day.html"
    use_fieldset = True

    def format_value(self, value: Any) -> dict[str, str]:
        if isinstance(value, date):
            return {"year": str(value.year), "month": str(value.month), "day": str(value.day)}
        pieces = (str(value).split("-") if value else []) + ["", "", ""]
        return {"year": pieces[0], "month": pieces[1], "day": pieces[2]}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["invalid"] = bool(context["widget"]["attrs"].get("aria-invalid"))
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        pieces = [str(data.get(f"{name}_{part}", "")).strip() for part in ("year", "month", "day")]
        if not any(pieces):
            # a value sent whole, as drafts and links do
            return data.get(name) or None
        return "-".join(pieces)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key in data for key in (name, f"{name}_year", f"{name}_month", f"{name}_day"))

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_year" if id_ else id_
