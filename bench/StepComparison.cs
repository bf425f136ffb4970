using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Anneal.Bench;

/// <summary>Training steps of Anneal and of PyTorch, measured in turn in one run.</summary>
internal static class StepComparison
{
    /// <summary>Measures and prints every round's ratio.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(CompareOptions options)
    {
        Console.WriteLine($"{"CASE",-10} {"ROUND",5} {"TORCH MS",10} {"ANNEAL MS",10} {"RATIO",7} {"TORCH MB",9} {"ANNEAL MB",9}");
        foreach (string name in options.Cases)
        {
            var ratios = new List<double>();
            for (int round = 1; round <= options.Rounds; round++)
            {
                if (await MeasureAsync(Torch(options, name)) is not { } torch || await MeasureAsync(Anneal(options, name)) is not { } anneal)
                {
                    return 3;
                }

                double ratio = Field(torch, "ms_per_step") / Field(anneal, "ms_per_step");
                ratios.Add(ratio);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-10} {round,5} {Field(torch, "ms_per_step"),10:F3} {Field(anneal, "ms_per_step"),10:F3} {ratio,7:F2} "
                        + $"{Field(torch, "peak_rss_mb"),9:F0} {Field(anneal, "peak_rss_mb"),9:F0}"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-10} median ratio {ratios.Order().ElementAt(ratios.Count / 2):F2}"));
        }

        return 0;
    }

    // OpenBLAS does not pick its AVX-512 kernels by itself on every processor that has the instructions.
    private static ProcessStartInfo Torch(CompareOptions options, string name)
    {
        string[] arguments = [.. Settings(options), name];
        ProcessStartInfo start = options.Root is { } root
            ? new("chroot", [root, "python3", "/peers/train_step.py", .. arguments])
            : new("python3", [options.Script, .. arguments]);
        start.Environment["OPENBLAS_CORETYPE"] = "SkylakeX";
        return start;
    }

    private static ProcessStartInfo Anneal(CompareOptions options, string name)
    {
        string launcher = Path.Combine(options.Repository, OperatingSystem.IsWindows() ? "anneal.cmd" : "anneal");
        return new(launcher, ["bench", "step", "--case", name, .. Settings(options)]);
    }

    private static string[] Settings(CompareOptions options) =>
    [
        "--threads", options.Threads.ToString(CultureInfo.InvariantCulture),
        "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture),
        "--json",
    ];

    private static async Task<JsonElement?> MeasureAsync(ProcessStartInfo start)
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

    private static double Field(JsonElement row, string name) => row.GetProperty(name).GetDouble();
}
