"""Columns that several registers have alike."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.imports import cells
from portal.imports.tables import Column

PLATE = Column(
    "plate",
    pgettext_lazy("import column", "Plate"),
    cells.plate,
    "车牌号 车牌号码 号牌号码 车牌 机动车号牌",
    is_needed=True,
    is_personal=True,
    example="川E·D12345",
)
CITY = Column(
    "city",
    pgettext_lazy("import column", "City"),
    cells.text(20),
    "城市 所属城市 注册城市 许可城市 经营区域城市 市州 行政区划代码 车籍地",
    "city_id",
    example="泸州市",
    note=_("Name or six digits."),
)
COMPANY = Column(
    "company",
    pgettext_lazy("import column", "Company"),
    cells.text(120),
    "平台公司 公司名称 企业名称 所属平台 租赁公司 经营者名称 统一社会信用代码",
    "company_id",
    is_needed=True,
    example="川行约车",
    note=_("Full name, short name or credit code, as in the register."),
)
