using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Inputs of the first layer that are far from the size of 1, for which initial weights and learning rates are made.</summary>
internal sealed class ScaleCheck : IPreflightCheck
{
    private const int Rows = 2000;
    private const double Large = 10;
    private const double Small = 0.01;

    public string Name => "scale";

    public bool IsOn(PreflightOptions options) => options.Data;

    public PreflightResult Run(PreflightSubject subject)
    {
        IReadOnlyList<string> names = subject.Data.Fitted.Names;
        int[] scaled = [.. Enumerable.Range(0, subject.Data.Fitted.Numbers)];
        if (names.Count > 0 && scaled.Length == 0)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, "no feature is a number");
        }

        Tensor features = subject.Features(subject.Sample(Rows, "scale"));
        ReadOnlySpan<float> values = features.Span<float>();
        int width = values.Length / features.Shape[0];
        bool isTable = names.Count > 0 || (features.Rank == 2 && subject.Columns.Train.Count > 0);
        (string Name, double Mean, double Deviation)[] moments = !isTable
            ? [Moments("the rows' elements", values, 0, 1)]
            : names.Count > 0 ? Each(values, names, scaled, width) : Each(values, [.. subject.Columns.Train.Select(c => c.Name)], [.. Enumerable.Range(0, width)], width);
        string[] far = [.. moments.Where(IsFar).OrderByDescending(m => Math.Abs(m.Mean) + m.Deviation).Select(Describe)];
        return far.Length == 0
            ? new PreflightResult(Name, PreflightStatus.Passed, $"the largest is {Describe(moments.MaxBy(m => Math.Abs(m.Mean) + m.Deviation))}")
            : new PreflightResult(Name, PreflightStatus.Warning, $"unscaled inputs: {Listing.Of(far)}", "standardise them: data.features.numeric of a table, data.normalize of arrays");
    }

    private static bool IsFar((string Name, double Mean, double Deviation) m) =>
        !(Math.Abs(m.Mean) <= Large && m.Deviation <= Large) || (m.Deviation is > 0 and < Small && Math.Abs(m.Mean) < Small);

    private static string Describe((string Name, double Mean, double Deviation) m) => FormattableString.Invariant($"{m.Name} (mean {m.Mean:0.###}, deviation {m.Deviation:0.###})");

    private static (string Name, double Mean, double Deviation)[] Each(ReadOnlySpan<float> values, IReadOnlyList<string> names, int[] columns, int width)
    {
        var moments = new List<(string, double, double)>();
        foreach (int column in columns)
        {
            moments.Add(Moments(names[column], values, column, width));
        }

        return [.. moments];
    }

    private static (string Name, double Mean, double Deviation) Moments(string name, ReadOnlySpan<float> values, int first, int stride)
    {
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int i = first; i < values.Length; i += stride, count++)
        {
            sum += values[i];
            squares += (double)values[i] * values[i];
        }

        double mean = sum / count;
        return (name, mean, Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))));
    }
}
