"""The demo's page: what the technician, the mailbox and the mall see, and buttons that break and mend things."""
