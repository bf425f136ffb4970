using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Anneal.Tests.Pipeline.Commands;

/// <summary>The built command, run as users run it.</summary>
internal sealed record Tool(int ExitCode, string Output, string Error)
{
    private static readonly string s_path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "anneal.exe" : "anneal");

    /// <summary>The only line of standard output, as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.That(Output.TrimEnd('\r', '\n').Split('\n'), Has.Length.EqualTo(1), Output);
            return JsonDocument.Parse(Output).RootElement;
        }
    }

    public static Tool Run(params string[] arguments) => RunIn(AppContext.BaseDirectory, arguments);

    public static Tool RunIn(string folder, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        return Finish(process);
    }

    /// <summary>Runs the command with one variable of its environment set.</summary>
    public static Tool RunWith(string variable, string value, params string[] arguments)
    {
        ProcessStartInfo start = StartInfo(AppContext.BaseDirectory, arguments);
        start.Environment[variable] = value;
        using Process process = Process.Start(start)!;
        return Finish(process);
    }

    public static Process Start(string folder, params string[] arguments) => Process.Start(StartInfo(folder, arguments))!;

    /// <summary>Starts the command and returns once a folder has some files and the command still runs.</summary>
    public static Process StartUntil((string Folder, string Pattern, int Count) files, int seconds, string folder, params string[] arguments)
    {
        Process process = Start(folder, arguments);
        var clock = Stopwatch.StartNew();
        while (!(Directory.Exists(files.Folder) && Directory.EnumerateFiles(files.Folder, files.Pattern).Count() >= files.Count))
        {
            if (process.HasExited || clock.Elapsed.TotalSeconds > seconds)
            {
                process.Kill();
                Assert.Fail($"no {files.Count} files '{files.Pattern}' in {files.Folder} while it ran: {Finish(process).Error}");
            }

            Thread.Sleep(1);
        }

        return process;
    }

    private static ProcessStartInfo StartInfo(string folder, string[] arguments)
    {
        // A runner in the background hands down an ignored SIGINT, which no process can take back by itself.
        (string file, string[] all) = OperatingSystem.IsLinux() ? ("env", ["--default-signal=INT", s_path, .. arguments]) : (s_path, arguments);
        var start = new ProcessStartInfo(file, all)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return start;
    }

    public static Tool Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new Tool(process.ExitCode, output.Result, error);
    }
}
