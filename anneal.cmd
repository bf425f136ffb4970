@echo off
rem Builds the command when it is not up to date, then runs it.
setlocal
set ORT_DISABLE_TELEMETRY=1
dotnet build "%~dp0pipeline\Anneal.Pipeline.csproj" -c Release -v q -nologo 1>&2 || exit /b %errorlevel%
"%~dp0pipeline\bin\Release\net10.0\anneal.exe" %*
exit /b %errorlevel%
