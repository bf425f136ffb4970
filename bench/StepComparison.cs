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
        Console.WriteLine($"{"CASE",-12} {"BATCH",5} {"ROUND",5} {"AGAINST",-9} {"TORCH MS",10} {"ANNEAL MS",10} {"RATIO",7} {"TORCH MB",9} {"ANNEAL MB",9}");
        foreach (string name in options.Cases)
        {
            var ratios = new List<double>[] { [], [] };
            for (int round = 1; round <= options.Rounds; round++)
            {
                if (await Side.MeasureAsync(Torch(options, name, compiles: false)) is not { } eager || await Side.MeasureAsync(Anneal(options, name)) is not { } anneal)
                {
                    return 3;
                }

                Print("eager", eager, anneal, round, ratios[0]);
                if (options.Compiles)
                {
                    if (await Side.MeasureAsync(Torch(options, name, compiles: true)) is not { } compiled)
                    {
                        return 3;
                    }

                    Print("compiled", compiled, anneal, round, ratios[1]);
                }
            }

            string more = options.Compiles ? string.Create(CultureInfo.InvariantCulture, $", {Median(ratios[1]):F2} against torch.compile") : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} median ratio {Median(ratios[0]):F2}{more}"));
        }

        return 0;
    }

    private static void Print(string against, JsonElement torch, JsonElement anneal, int round, List<double> ratios)
    {
        double ratio = Field(torch, "ms_per_step") / Field(anneal, "ms_per_step");
        ratios.Add(ratio);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{anneal.GetProperty("case").GetString(),-12} {Field(anneal, "batch"),5:F0} {round,5} {against,-9} {Field(torch, "ms_per_step"),10:F3} {Field(anneal, "ms_per_step"),10:F3} {ratio,7:F2} "
                + $"{Field(torch, "peak_rss_mb"),9:F0} {Field(anneal, "peak_rss_mb"),9:F0}"));
    }

    private static double Median(List<double> ratios) => ratios.Order().ElementAt(ratios.Count / 2);

    private static ProcessStartInfo Torch(CompareOptions options, string name, bool compiles) =>
        Side.Python(options, "torch_step.py", [.. Settings(options), "--device", options.Device, .. compiles ? (string[])["--compile"] : [], "--json", name]);

    private static ProcessStartInfo Anneal(CompareOptions options, string name) =>
        Side.Anneal(options, ["bench", "step", "--case", name, .. Settings(options), "--engine", options.Engine, "--device", options.Device, "--capture", options.Capture]);

    private static string[] Settings(CompareOptions options) =>
    [
        "--threads", options.Threads.ToString(CultureInfo.InvariantCulture),
        "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture),
        .. options.Batch is { } batch ? (string[])["--batch", batch.ToString(CultureInfo.InvariantCulture)] : [],
    ];

    private static double Field(JsonElement row, string name) => row.GetProperty(name).GetDouble();
}
