"""Status page, API and event stream; the same app serves the control socket."""
