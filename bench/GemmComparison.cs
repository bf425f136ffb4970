using System.Globalization;

namespace Anneal.Bench;

/// <summary>Square matrix products of Anneal and of NumPy's OpenBLAS, measured in turn in one run.</summary>
internal static class GemmComparison
{
    private const string Script = "gemm_numpy.py";

    /// <summary>Measures and prints every round's ratio.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(CompareOptions options)
    {
        string seconds = options.Seconds.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine($"{"SIZE",6} {"ROUND",5} {"OPENBLAS GFLOP/S",17} {"ANNEAL GFLOP/S",15} {"RATIO",7}");
        foreach (string size in options.Cases)
        {
            var ratios = new List<double>();
            for (int round = 1; round <= options.Rounds; round++)
            {
                if (await Side.MeasureAsync(Side.Python(options, Script, size, seconds)) is not { } blas
                    || await Side.MeasureAsync(Side.Anneal(options, "bench", "gemm", "--sizes", size, "--threads", options.Threads.ToString(CultureInfo.InvariantCulture))) is not { } anneal)
                {
                    return 3;
                }

                double theirs = blas.GetProperty("gflops").GetDouble();
                double ours = anneal.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("gflops").GetDouble()).Single();
                ratios.Add(ours / theirs);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,6} {round,5} {theirs,17:F1} {ours,15:F1} {ours / theirs,7:F2}"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,6} median ratio {ratios.Order().ElementAt(ratios.Count / 2):F2}"));
        }

        return 0;
    }
}
