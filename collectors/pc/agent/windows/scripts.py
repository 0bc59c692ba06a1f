"""The scripts that are handed to PowerShell: fixed texts, nothing is ever put into them. Each writes one object.

Numbers, flags and Unix times only: words differ by the language of Windows. What fails inside is null, not zero.
"""

_HEAD = (
    "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; "
    "[Console]::OutputEncoding = New-Object Text.UTF8Encoding $false; "
    "function Unix($t) { if ($t) { [long] ($t.ToUniversalTime() - [datetime] '1970-01-01').TotalSeconds } }; "
)
_TAIL = " | ConvertTo-Json -Compress -Depth 4"

ANTIVIRUS = (
    _HEAD + "$products = $null; $defender = $null; "
    "try { $products = @(Get-CimInstance -Namespace root/SecurityCenter2 -ClassName AntiVirusProduct | "
    "ForEach-Object { @{ state = [long] $_.productState } }) } catch { }; "
    "try { $it = Get-CimInstance -Namespace root/Microsoft/Windows/Defender -ClassName MSFT_MpComputerStatus; "
    "$defender = @{ enabled = $it.AntivirusEnabled; guards = $it.RealTimeProtectionEnabled; "
    "signatures = Unix $it.AntivirusSignatureLastUpdated } } catch { }; "
    "@{ products = $products; defender = $defender }" + _TAIL
)
"""Security Center is on workstations only; Defender's class is there wherever Defender is."""

UPDATES = (
    _HEAD + "$searched = $null; $installed = $null; $security = $null; $other = $null; "
    # Results' times are UTC, though they do not say so: read as they are.
    "function Utc($t) { if ($t) { [long] ($t - [datetime] '1970-01-01').TotalSeconds } }; "
    "try { $results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results; "
    "$searched = Utc $results.LastSearchSuccessDate; "
    "$installed = Utc $results.LastInstallationSuccessDate } catch { }; "
    "try { $searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher(); "
    "$searcher.Online = $false; "
    "$found = @($searcher.Search(\"IsInstalled=0 and IsHidden=0 and Type='Software'\").Updates); "
    "$security = @($found | Where-Object { $_.MsrcSeverity -or (@($_.SecurityBulletinIDs).Count -gt 0) }).Count; "
    "$other = $found.Count - $security } catch { }; "
    "@{ searched = $searched; installed = $installed; security = $security; other = $other }" + _TAIL
)
"""Offline: by what Windows found last, so that no update server is asked."""
