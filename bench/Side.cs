using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Anneal.Bench;

/// <summary>One side of a comparison: a process whose last line of output is its result, in JSON.</summary>
internal static class Side
{
    /// <summary>Anneal itself.</summary>
    public static ProcessStartInfo Anneal(CompareOptions options, params string[] arguments) =>
        new(Path.Combine(options.Repository, OperatingSystem.IsWindows() ? "anneal.cmd" : "anneal"), [.. arguments, "--json"]);

    /// <summary>One of the bench's Python scripts, in the root that is asked for, which need not hold the file: the script is given as text.</summary>
    /// <remarks>OpenBLAS does not pick its AVX-512 kernels by itself on every processor that has the instructions.</remarks>
    public static ProcessStartInfo Python(CompareOptions options, string script, params string[] more)
    {
        string[] arguments = ["-c", File.ReadAllText(Path.Combine(options.Repository, "bench", script)), .. more];
        ProcessStartInfo start = options.Root is { } root ? new("chroot", [root, "python3", .. arguments]) : new("python3", arguments);
        start.Environment["OPENBLAS_CORETYPE"] = "SkylakeX";
        // Its build for OpenMP heeds the second alone.
        start.Environment["OPENBLAS_NUM_THREADS"] = start.Environment["OMP_NUM_THREADS"] = options.Threads.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    /// <summary>Runs a side; null where it failed, which is told on standard error.</summary>
    public static async Task<JsonElement?> MeasureAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            await Console.Error.WriteLineAsync($"{start.FileName} {string.Join(' ', start.ArgumentList.Where(a => !a.Contains('\n')))} failed ({process.ExitCode}):\n{await errors}");
            return null;
        }

        return JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;
    }
}
