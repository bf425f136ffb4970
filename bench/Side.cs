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

    /// <summary>Python, in the root that is asked for.</summary>
    /// <remarks>OpenBLAS does not pick its AVX-512 kernels by itself on every processor that has the instructions.</remarks>
    public static ProcessStartInfo Python(CompareOptions options, params string[] arguments)
    {
        ProcessStartInfo start = options.Root is { } root ? new("chroot", [root, "python3", .. arguments]) : new("python3", arguments);
        start.Environment["OPENBLAS_CORETYPE"] = "SkylakeX";
        start.Environment["OPENBLAS_NUM_THREADS"] = options.Threads.ToString(CultureInfo.InvariantCulture);
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
            await Console.Error.WriteLineAsync($"{start.FileName} {string.Join(' ', start.ArgumentList)} failed ({process.ExitCode}):\n{await errors}");
            return null;
        }

        return JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;
    }
}
