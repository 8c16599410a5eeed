"""How much and how long: what may be taken out, handed in, and kept waiting."""

import os

# Lists taken out: above so many rows a second person has to agree; one file takes no more than the second number.
EXPORT_ROWS_ALONE = int(os.environ.get("EXPORT_ROWS_ALONE", "1000"))
EXPORT_ROWS_MOST = int(os.environ.get("EXPORT_ROWS_MOST", "50000"))
# Registers filled from files: how large a file may be, how long one lies sealed that nobody decided on, and how long
# an import can be undone as a whole (so long the former values of changed records are kept, sealed).
IMPORT_FILE_BYTES = int(os.environ.get("IMPORT_FILE_MB", "80")) * 2**20
IMPORT_FILE_DAYS = int(os.environ.get("IMPORT_FILE_DAYS", "7"))
IMPORT_UNDO_DAYS = int(os.environ.get("IMPORT_UNDO_DAYS", "30"))
# Cases a person at a desk opens, leafs through or takes out by himself on one day: who copies the register stops there.
DESK_RECORDS_A_DAY = int(os.environ.get("DESK_RECORDS_A_DAY", "3000"))
# Uses of sensitive data that the portal makes and a person is asked about (portal/privacy.py); none so far.
PURPOSES_IN_USE: list[str] = []
# Days between asking to be forgotten and being forgotten, in which it can be undone.
ERASURE_WAITS_DAYS = int(os.environ.get("ERASURE_WAITS_DAYS", "7"))
# Operators give a number away some three months after it was given up; not below DRIVER_SESSION_DAYS, which ends
# sessions.
NUMBER_ABSENT_DAYS = 90
# Working days in which whoever keeps a record answers a person who says that it is wrong.
CORRECTION_DAYS = int(os.environ.get("CORRECTION_DAYS", "5"))
