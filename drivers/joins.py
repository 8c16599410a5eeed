"""What this room offers the front door."""

from typing import Any

from drivers.models import Driver
from portal.models import User


def personal_data(person: User) -> dict[str, Any]:
    """The register's record of the person as a driver, whom he drives for, and his contracts."""
    driver = Driver.objects.listed().filter(person=person).first()
    if driver is None:
        return {}
    return {
        "name": driver.name,
        "phone": driver.phone,
        "licence": driver.licence,
        "place": driver.place.name,
        "since_date": driver.since_date.isoformat(),
        "branch": driver.branch.name if driver.branch else None,
        "companies": [
            {
                "name": row.company.name,
                "from_date": row.from_date.isoformat(),
                "until_date": row.until_date.isoformat() if row.until_date else None,
            }
            for row in driver.engagements.listed()
        ],
        "contracts": [
            {
                "company": row.company.name,
                "kind": row.kind,
                "from_date": row.from_date.isoformat(),
                "until_date": row.until_date.isoformat() if row.until_date else None,
            }
            for row in driver.contracts.select_related("company")
        ],
    }
