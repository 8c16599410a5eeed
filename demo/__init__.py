"""The demonstration: invented people, companies and appeals from one seed. It imports every room; none imports it."""
