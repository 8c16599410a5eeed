"""The appeal for programs: the pages' own reads and actions behind another door."""
