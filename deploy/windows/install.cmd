@echo off
rem Double-click, or run at start by a group policy: windows_exporter, and the script that tells it of peripherals.
rem Beside this file: windows_exporter-*.msi, mppmon-textfile.ps1, peripherals.txt. NOT YET RUN ON WINDOWS, see docs\agent.md.
setlocal
net session >nul 2>&1
if errorlevel 1 (
  powershell -NoProfile -Command "Start-Process -FilePath '%~f0' -Verb RunAs"
  exit /b
)
set "HOME_DIR=%ProgramFiles%\mppmon"
for %%M in ("%~dp0windows_exporter-*.msi") do set "MSI=%%~fM"
if not defined MSI (
  echo No windows_exporter-*.msi beside this file. Get it from the mall's IT staff.
  goto failed
)
sc query windows_exporter >nul 2>&1
if errorlevel 1 msiexec /i "%MSI%" /qn ENABLED_COLLECTORS=cpu,logical_disk,memory,net,os,printer,service,textfile,time
if errorlevel 1 goto failed
mkdir "%HOME_DIR%" 2>nul
mkdir "%ProgramFiles%\windows_exporter\textfile_inputs" 2>nul
copy /y "%~dp0mppmon-textfile.ps1" "%HOME_DIR%\" >nul || goto failed
if not exist "%HOME_DIR%\peripherals.txt" copy "%~dp0peripherals.txt" "%HOME_DIR%\" >nul || goto failed
schtasks /create /f /tn mppmon-textfile /sc onstart /ru SYSTEM /tr "powershell -NoProfile -ExecutionPolicy Bypass -File \"%HOME_DIR%\mppmon-textfile.ps1\"" || goto failed
powershell -NoProfile -Command "Set-ScheduledTask -TaskName mppmon-textfile -Settings (New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -ExecutionTimeLimit 0 -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries)" >nul || goto failed
schtasks /run /tn mppmon-textfile >nul || goto failed
echo Done. Look at http://127.0.0.1:9182/metrics for mppmon_pc_peripheral_present.
if not defined SILENT pause
exit /b 0
:failed
echo It did not work. Tell the mall's IT staff what stands above.
if not defined SILENT pause
exit /b 1
