@echo off
rem Starts Zebra Lab with Node.js or Python, whichever is there. With --room, other computers can open it, too.
cd /d "%~dp0"
where node >nul 2>nul
if not errorlevel 1 (
  node serve\serve.mjs %*
  goto end
)
where py >nul 2>nul
if not errorlevel 1 (
  py -3 serve\serve.py %*
  goto end
)
where python >nul 2>nul
if not errorlevel 1 (
  python serve\serve.py %*
  goto end
)
echo Zebra Lab needs Node.js (https://nodejs.org) or Python (https://www.python.org).
:end
pause
