# Writes what windows_exporter does not know into a text file that it shows along: peripherals, antivirus, updates.
# Started by the scheduled task that install.cmd makes; reads only, executes nothing it is sent, opens no port.
# With -PushUrl it also sends all that windows_exporter shows to mppmon, from a PC that nobody can ask.
# NOT YET RUN ON WINDOWS by those who wrote it: see docs/agent.md.
[CmdletBinding()]
param(
    [string] $Config = "$PSScriptRoot\peripherals.txt",
    [string] $Out = "$env:ProgramFiles\windows_exporter\textfile_inputs\mppmon.prom",
    [int] $Every = 10,      # seconds between two looks at what is plugged in
    [int] $Seldom = 900,    # seconds between two looks at what changes by the day
    [string] $PushUrl,      # such as https://192.0.2.10:9743/push
    [string] $Pin,          # SHA-256 of the certificate there, as `mppmon agent enroll --push` prints it
    [string] $TokenFile = "$PSScriptRoot\push-token",    # icacls: for SYSTEM and Administrators only
    [string] $Source = 'http://127.0.0.1:9182/metrics',
    [int] $PushEvery = 15,
    [switch] $Once
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$Culture = [Globalization.CultureInfo]::InvariantCulture
$Updates = 21600            # seconds between two searches for updates: a search takes minutes

# A source that fails is told as missing, never as a zero.
function Get-Source([string] $name, [scriptblock] $look) {
    try { $lines = @(& $look) ; $there = 1 } catch { $lines = @() ; $there = 0 }
    $lines
    "mppmon_pc_source_available{source=`"$name`"} $there"
}

function Format-Number([double] $value) { $value.ToString('R', $Culture) }

# Lines `device-id = pattern of the instance id`, such as `a3-fingerprint = USB\VID_1C7A&PID_0570*`.
function Read-Wanted([string] $file) {
    foreach ($line in Get-Content -LiteralPath $file -Encoding UTF8) {
        if ($line -match '^\s*([a-z0-9-]{1,40})\s*=\s*(\S.*?)\s*$') {
            [pscustomobject] @{ Id = $Matches[1]; Pattern = $Matches[2] }
        }
    }
}

function Get-Usb {
    $wanted = @(Read-Wanted $Config)
    $present = @(Get-CimInstance -ClassName Win32_PnPEntity -Filter 'Present = TRUE' | ForEach-Object { $_.DeviceID })
    foreach ($one in $wanted) {
        $there = [int] (@($present -like $one.Pattern).Count -gt 0)
        "mppmon_pc_peripheral_present{peripheral=`"$($one.Id)`"} $there"
    }
}

function Get-Route {
    $routes = @(Get-CimInstance -ClassName Win32_IP4RouteTable -Filter "Destination = '0.0.0.0' AND Mask = '0.0.0.0'")
    "mppmon_pc_default_route $([int] ($routes.Count -gt 0))"
}

function Get-Antivirus {
    $products = @(Get-CimInstance -Namespace root/SecurityCenter2 -ClassName AntiVirusProduct)
    if ($products.Count -eq 0) { throw 'no antivirus is registered' }
    # productState is not documented by Microsoft; 0x1000 in its second byte is "on" in all products known.
    $on = @($products | Where-Object { ($_.productState -band 0xF000) -eq 0x1000 })
    "mppmon_pc_antivirus_running $([int] ($on.Count -gt 0))"
    $defender = Get-CimInstance -Namespace root/Microsoft/Windows/Defender -ClassName MSFT_MpComputerStatus -ErrorAction SilentlyContinue
    if ($defender -and $defender.AntivirusEnabled -and $defender.AntivirusSignatureLastUpdated) {
        $age = ((Get-Date) - $defender.AntivirusSignatureLastUpdated).TotalSeconds
        "mppmon_pc_antivirus_signatures_age_seconds $(Format-Number ([Math]::Max(0, $age)))"
    }
}

function Get-Reboot {
    $base = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
    $asked = (Test-Path "$base\Component Based Servicing\RebootPending") -or
        (Test-Path "$base\WindowsUpdate\Auto Update\RebootRequired")
    "mppmon_pc_reboot_pending $([int] $asked)"
}

function Get-Updates {
    $results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results    # its times are UTC
    $now = (Get-Date).ToUniversalTime()
    if ($results.LastSearchSuccessDate) {
        "mppmon_pc_updates_checked_age_seconds $(Format-Number ([Math]::Max(0, ($now - $results.LastSearchSuccessDate).TotalSeconds)))"
    }
    if ($results.LastInstallationSuccessDate) {
        "mppmon_pc_updates_installed_age_seconds $(Format-Number ([Math]::Max(0, ($now - $results.LastInstallationSuccessDate).TotalSeconds)))"
    }
    $script:Pending
}

# Offline: by what Windows found last, so that no update server is asked.
function Search-Updates {
    $searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
    $searcher.Online = $false
    $found = @($searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'").Updates)
    $security = @($found | Where-Object { $_.MsrcSeverity -or (@($_.SecurityBulletinIDs).Count -gt 0) }).Count
    "mppmon_pc_updates_pending{type=`"security`"} $security"
    "mppmon_pc_updates_pending{type=`"other`"} $($found.Count - $security)"
}

# Beside the place, then put there: windows_exporter never reads half of it. ASCII, so no byte order mark.
function Write-Whole([string[]] $lines) {
    $new = "$Out.new"
    [IO.File]::WriteAllText($new, (($lines -join "`n") + "`n"), [Text.Encoding]::ASCII)
    Move-Item -LiteralPath $new -Destination $Out -Force
}

function Get-Shown {
    $request = [Net.HttpWebRequest]::Create($Source)
    $request.Proxy = $null
    $request.Timeout = 5000
    $response = $request.GetResponse()
    try {
        $copy = New-Object IO.MemoryStream
        $response.GetResponseStream().CopyTo($copy)
        , $copy.ToArray()
    } finally { $response.Close() }
}

# One request over TLS 1.2; the certificate is looked at before the token is sent. Returns the status.
# By hand on a stream: a redirect is not followed, and no proxy or cookie of this user is used.
function Send-Shown {
    $url = New-Object Uri($PushUrl)
    if ($url.Scheme -ne 'https') { throw "${PushUrl}: expected https" }
    $body = Get-Shown
    $token = (Get-Content -LiteralPath $TokenFile -TotalCount 1).Trim()
    $tcp = New-Object Net.Sockets.TcpClient
    try {
        if (-not $tcp.ConnectAsync($url.Host, $url.Port).Wait(5000)) { throw 'no connection in time' }
        $tcp.ReceiveTimeout = 5000
        $tcp.SendTimeout = 5000
        # Where a pin says who it is, nobody has to vouch for it; else Windows decides.
        $any = if ($Pin) { [Net.Security.RemoteCertificateValidationCallback] { $true } } else { $null }
        $tls = New-Object Net.Security.SslStream($tcp.GetStream(), $false, $any)
        $tls.AuthenticateAsClient($url.Host, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
        if ($Pin) {
            $hash = [Security.Cryptography.SHA256]::Create().ComputeHash($tls.RemoteCertificate.GetRawCertData())
            $shown = [BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()
            if ($shown -ne $Pin.ToLowerInvariant()) { throw 'another machine answers: its certificate has not our pin' }
        }
        $head = "POST $($url.AbsolutePath) HTTP/1.1`r`nHost: $($url.Authority)`r`nConnection: close`r`n" +
            "Content-Type: text/plain`r`nContent-Length: $($body.Length)`r`nAuthorization: Bearer $token`r`n`r`n"
        $raw = [Text.Encoding]::ASCII.GetBytes($head)
        $tls.Write($raw, 0, $raw.Length)
        $tls.Write($body, 0, $body.Length)
        $buffer = New-Object byte[] 12    # HTTP/1.1 204
        $got = 0
        while ($got -lt 12) {
            $more = $tls.Read($buffer, $got, 12 - $got)
            if ($more -le 0) { throw 'no answer' }
            $got += $more
        }
        [int] [Text.Encoding]::ASCII.GetString($buffer, 9, 3)
    } finally { $tcp.Close() }
}

$script:Pending = @()
$pushDue = 0.0
$pushFailures = 0
$watch = [Diagnostics.Stopwatch]::StartNew()
$slow = @()
$slowDue = 0.0
$searchDue = 120.0    # a PC that has just started has better things to do
while ($true) {
    $passed = $watch.Elapsed.TotalSeconds
    if ($passed -ge $searchDue) {
        try { $script:Pending = @(Search-Updates) } catch { $script:Pending = @() }
        $searchDue = $passed + $Updates
        $slowDue = $passed
    }
    if ($passed -ge $slowDue) {
        $slow = @(
            Get-Source 'antivirus' { Get-Antivirus }
            Get-Source 'reboot' { Get-Reboot }
            Get-Source 'updates' { Get-Updates }
        )
        $slowDue = $passed + $Seldom
    }
    Write-Whole (@(
        Get-Source 'usb' { Get-Usb }
        Get-Source 'route' { Get-Route }
    ) + $slow)
    if ($PushUrl -and $watch.Elapsed.TotalSeconds -ge $pushDue) {
        try {
            $status = Send-Shown
            if ($status -ne 204) { throw "status $status" }
            $pushFailures = 0
            $wait = $PushEvery
        } catch {
            $pushFailures += 1
            Write-Warning "push: $($_.Exception.Message)"
            $wait = [Math]::Min(60, $PushEvery * [Math]::Pow(2, [Math]::Min($pushFailures - 1, 4)))
        }
        $pushDue = $watch.Elapsed.TotalSeconds + $wait * (Get-Random -Minimum 0.9 -Maximum 1.1)
    }
    if ($Once) { break }
    $rest = if ($PushUrl) { [Math]::Min($Every, [Math]::Max(1, $pushDue - $watch.Elapsed.TotalSeconds)) } else { $Every }
    Start-Sleep -Milliseconds ([int] ($rest * 1000))
}
