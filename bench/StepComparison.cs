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
                if (await Side.MeasureAsync(Torch(options, name)) is not { } torch || await Side.MeasureAsync(Anneal(options, name)) is not { } anneal)
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

    private static ProcessStartInfo Torch(CompareOptions options, string name) =>
        Side.Python(options, [options.Root is null ? options.Script : "/peers/train_step.py", .. Settings(options), "--json", name]);

    private static ProcessStartInfo Anneal(CompareOptions options, string name) => Side.Anneal(options, ["bench", "step", "--case", name, .. Settings(options)]);

    private static string[] Settings(CompareOptions options) =>
    [
        "--threads", options.Threads.ToString(CultureInfo.InvariantCulture),
        "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture),
    ];

    private static double Field(JsonElement row, string name) => row.GetProperty(name).GetDouble();
}
