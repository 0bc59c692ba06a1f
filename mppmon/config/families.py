"""Every metric family we export, in the order of docs/metrics.md; a test keeps the two identical.

Nothing else gets out: a sample whose family is not here, or that carries a label not named here, is not exported.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """One family: its name, its own labels (a device's are added to them), and what its value says."""

    name: str
    labels: tuple[str, ...]
    help: str

    @property
    def type(self) -> str:
        """`counter` for what is named `_total`, else `gauge`."""
        return "counter" if self.name.endswith("_total") else "gauge"


_STATES = (
    Metric("mppmon_device_reach", ("state",), "Whether the device answers: 1 for its present state, else 0."),
    Metric("mppmon_device_function", ("state",), "Whether the device can do its job: 1 for its present state, else 0."),
    Metric("mppmon_device_down", (), "1 when the device does not answer by its own fault, 0 when it does."),
    Metric("mppmon_site_blind", (), "1 while the own line of the mall is cut and what is outside is unknown."),
    Metric(
        "mppmon_service_delivery",
        ("service", "counter", "agency", "state"),
        "What the service is at the counter: 1 for its present state, else 0.",
    ),
    Metric(
        "mppmon_service_citizens_per_hour",
        ("service", "counter", "agency"),
        "Citizens whom the service serves at the counter in an hour, from the inventory.",
    ),
    Metric("mppmon_incidents_open", ("status",), "Incidents that are not mended, by status."),
    Metric("mppmon_incidents_party", ("party",), "Incidents that are not mended, by whose it is to mend them."),
    Metric("mppmon_check_seconds", ("check",), "How long the last answer to the check took."),
    Metric("mppmon_check_outcome", ("check", "outcome"), "1 for how the last run of the check ended."),
    Metric("mppmon_check_reason", ("check", "reason"), "1 for why the last run of the check failed."),
)
_PRINTERS = (
    Metric("mppmon_printer_error", ("error",), "1 while the printer reports the error (hrPrinterDetectedErrorState)."),
    Metric("mppmon_printer_status", ("status",), "1 for the present status of the printer (hrPrinterStatus)."),
    Metric("mppmon_printer_supply_ratio", ("supply", "type"), "What is left of the supply; of waste, the room left."),
    Metric("mppmon_printer_supply_some_left", ("supply", "type"), "1 where the printer says only that some is left."),
    Metric("mppmon_printer_supply_low", ("supply", "type"), "1 where the printer itself says that the supply is low."),
    Metric("mppmon_printer_tray_ratio", ("tray",), "What is left in the tray."),
    Metric("mppmon_printer_tray_some_left", ("tray",), "1 where the printer says only that some is left in the tray."),
    Metric("mppmon_printer_cover_open", ("cover",), "1 while the cover is open."),
    Metric("mppmon_printer_alert", ("code", "severity"), "1 while the printer lists an alert of this code."),
    Metric("mppmon_printer_pages_total", (), "Pages printed since the printer was made."),
    Metric("mppmon_printer_jobs", (), "Jobs waiting, as its computer says."),
    Metric("mppmon_printer_jobs_stopped", (), "Those of them that do not go on, as Windows says."),
    Metric("mppmon_printer_oldest_job_seconds", (), "Age of the oldest waiting job, as its computer says."),
    Metric("mppmon_device_info", ("vendor", "model", "serial"), "The device in its own words."),
    Metric("mppmon_device_uptime_seconds", (), "Time since the agent of the device started."),
)
_NETWORK = (
    Metric("mppmon_interface_admin_up", ("interface",), "1 when the interface is meant to be up."),
    Metric("mppmon_interface_oper_up", ("interface",), "1 when the interface is up."),
    Metric("mppmon_interface_receive_bytes_total", ("interface",), "Bytes received."),
    Metric("mppmon_interface_transmit_bytes_total", ("interface",), "Bytes sent."),
    Metric("mppmon_interface_receive_errors_total", ("interface",), "Received packets with errors."),
    Metric("mppmon_interface_transmit_errors_total", ("interface",), "Packets not sent because of errors."),
    Metric("mppmon_interface_receive_discards_total", ("interface",), "Received packets dropped for want of room."),
    Metric("mppmon_interface_transmit_discards_total", ("interface",), "Packets to send dropped for want of room."),
    Metric(
        "mppmon_interface_receive_ratio", ("interface",), "Share of the speed that was received since the poll before."
    ),
    Metric(
        "mppmon_interface_transmit_ratio", ("interface",), "Share of the speed that was sent since the poll before."
    ),
    Metric("mppmon_interface_poe_delivering", ("interface",), "1 while the port gives power over Ethernet."),
    Metric("mppmon_poe_used_watts", ("group",), "Power over Ethernet that the group of ports gives."),
    Metric("mppmon_poe_budget_watts", ("group",), "Power over Ethernet that the group of ports can give."),
    Metric("mppmon_interface_speed_bytes_per_second", ("interface",), "Nominal speed of the interface."),
)
_POWER = (
    Metric("mppmon_ups_on_battery", (), "1 while the UPS lives on its battery."),
    Metric("mppmon_ups_source", ("source",), "1 for what feeds the output of the UPS."),
    Metric("mppmon_ups_battery_status", ("status",), "1 for the state of the battery."),
    Metric("mppmon_ups_charge_ratio", (), "Charge of the battery."),
    Metric("mppmon_ups_runtime_seconds", (), "How long the battery would last at the present load."),
    Metric("mppmon_ups_load_ratio", ("line",), "Load of the line, of what the UPS can carry."),
    Metric("mppmon_ups_battery_age_seconds", (), "Time since the battery was replaced."),
    Metric("mppmon_ups_input_volts", ("line",), "Voltage of the input line."),
    Metric("mppmon_ups_output_volts", ("line",), "Voltage of the output line."),
    Metric("mppmon_ups_battery_celsius", (), "Temperature of the battery."),
    Metric("mppmon_ups_on_battery_seconds", (), "How long the UPS has been on its battery."),
    Metric("mppmon_ups_driver_ok", (), "1 while the driver of NUT hears the UPS, 0 while it does not."),
    Metric("mppmon_ups_alarms", (), "Alarms that the UPS lists."),
)
_SENSORS = (
    Metric("mppmon_device_cpu_ratio", ("cpu",), "Busy share of the processor in the last minute."),
    Metric("mppmon_device_storage_size_bytes", ("storage", "type"), "Size of the storage."),
    Metric("mppmon_device_storage_used_ratio", ("storage", "type"), "Used share of the storage."),
    Metric("mppmon_sensor_celsius", ("sensor",), "Temperature."),
    Metric("mppmon_sensor_volts", ("sensor",), "Voltage."),
    Metric("mppmon_sensor_amperes", ("sensor",), "Current."),
    Metric("mppmon_sensor_watts", ("sensor",), "Power."),
    Metric("mppmon_sensor_hertz", ("sensor",), "Frequency."),
    Metric("mppmon_sensor_ratio", ("sensor",), "A share, such as relative humidity."),
    Metric("mppmon_sensor_rpm", ("sensor",), "Turns in a minute, of a fan."),
    Metric("mppmon_sensor_ok", ("sensor",), "1 when what the sensor watches is in order."),
)
_COMPUTERS = (
    Metric("mppmon_pc_info", ("os", "release", "machine_id", "agent"), "The computer and its agent."),
    Metric("mppmon_pc_cpu_seconds_total", ("mode",), "Processor time spent, all cores."),
    Metric("mppmon_pc_cpu_ratio", (), "Busy share of the processors since the scrape before."),
    Metric("mppmon_pc_memory_available_bytes", (), "Memory that programs may still take."),
    Metric("mppmon_pc_memory_size_bytes", (), "Memory of the computer."),
    Metric("mppmon_pc_disk_free_bytes", ("disk",), "Free space of the disk."),
    Metric("mppmon_pc_disk_size_bytes", ("disk",), "Size of the disk."),
    Metric("mppmon_pc_disk_free_ratio", ("disk",), "Free share of the disk."),
    Metric("mppmon_pc_disk_info", ("disk", "mount"), "Where the disk is mounted."),
    Metric("mppmon_pc_boot_time_seconds", (), "When the computer started, Unix time by its own clock."),
    Metric("mppmon_pc_time_seconds", (), "Unix time by the clock of the computer."),
    Metric("mppmon_pc_clock_error_seconds", (), "By how much the clock of the computer is wrong at the least."),
    Metric("mppmon_pc_pushed_time_seconds", (), "When the newest push of the computer came, Unix time."),
    Metric("mppmon_pc_network_errors_total", ("direction",), "Packets with errors, all interfaces."),
    Metric("mppmon_pc_process_running", ("process",), "1 when the process runs."),
    Metric("mppmon_pc_service_running", ("service",), "1 when the service runs."),
    Metric("mppmon_pc_spooler_running", (), "1 when the print spooler runs."),
    Metric("mppmon_pc_peripheral_present", ("peripheral",), "1 when the computer sees the peripheral."),
    Metric("mppmon_pc_printer_error", ("peripheral", "error"), "1 while the printer at the computer has the error."),
    Metric("mppmon_pc_printer_jobs", ("peripheral",), "Jobs waiting for the printer at the computer."),
    Metric("mppmon_pc_printer_oldest_job_seconds", ("peripheral",), "Age of the oldest of these jobs."),
    Metric(
        "mppmon_pc_printer_jobs_stopped", ("peripheral",), "Those of these jobs that do not go on, as Windows says."
    ),
    Metric("mppmon_pc_default_route", (), "1 when the computer has a way out of its network."),
    Metric("mppmon_pc_updates_pending", ("type",), "Updates that wait to be installed."),
    Metric("mppmon_pc_updates_checked_age_seconds", (), "Since the computer last asked for updates."),
    Metric("mppmon_pc_updates_installed_age_seconds", (), "Since the computer last installed anything."),
    Metric("mppmon_pc_reboot_pending", (), "1 when it has to be started anew to be up to date."),
    Metric("mppmon_pc_antivirus_running", (), "1 when the virus scanner runs."),
    Metric("mppmon_pc_antivirus_signatures_age_seconds", (), "Age of its newest signatures."),
    Metric("mppmon_pc_software_present", ("software",), "1 when the programme is installed."),
    Metric("mppmon_pc_software_outdated", ("software",), "1 when the programme is older than wanted."),
    Metric("mppmon_pc_software_info", ("software", "version"), "Version of the programme."),
    Metric("mppmon_pc_system_reached", ("system",), "1 while the online system accepts a connection from this PC."),
    Metric("mppmon_pc_system_ok", ("system",), "1 while it answers this PC as it should."),
    Metric("mppmon_pc_system_certificate_left_seconds", ("system",), "Until its certificate ends, as shown there."),
    Metric("mppmon_pc_support_left_seconds", (), "Until its makers' updates end; negative after that."),
    Metric("mppmon_pc_source_available", ("source",), "0 where the computer has no such source."),
)
_ONLINE = (
    Metric("mppmon_online_ok", (), "1 when the online system gave the wanted answer, 0 when another."),
    Metric("mppmon_online_status", (), "HTTP status of the answer."),
    Metric("mppmon_online_redirects", (), "Redirects that were followed."),
    Metric("mppmon_online_seconds", ("phase",), "How long each phase of the answer took."),
    Metric("mppmon_online_certificate_expires_seconds", (), "When the certificate expires, Unix time."),
    Metric("mppmon_online_certificate_left_seconds", (), "Until the certificate expires; below 0 after it."),
)

FAMILIES: dict[str, Metric] = {
    metric.name: metric for metric in (*_STATES, *_PRINTERS, *_NETWORK, *_POWER, *_SENSORS, *_COMPUTERS, *_ONLINE)
}
"""Family by name, in the order of export."""
