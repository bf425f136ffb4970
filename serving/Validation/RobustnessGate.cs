using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>
/// Input that no training row had gets a defined answer or a clear error: not a number and infinite numbers, the least and largest integers, empty and unknown texts, no rows,
/// tensors of a wrong shape. A defined answer has finite numbers only, and leaves the row beside it as it was.
/// </summary>
public sealed class RobustnessGate : IGate
{
    private const int Shown = 10;
    private const double Same = 1e-5;

    /// <inheritdoc/>
    public string Name => "robustness";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        int asked = 0;
        var undefined = new List<string>();
        Tensor[] pair = [.. context.Model.Inputs.Select(i => context.Set.Feeds[i.Name].Take([0, 0]))];
        Tensor[] usual = context.Model.Run(pair);
        for (int i = 0; i < pair.Length; i++)
        {
            string name = context.Model.Inputs[i].Name;
            foreach ((string what, Tensor value) in HostileInput.Values(pair[i]))
            {
                Ask(i, value, $"'{name}' {what}", answers => Problem(context.Model.Outputs, answers, usual));
            }

            foreach ((string what, Tensor value) in HostileInput.Shapes(context.Model.Inputs[i], pair[i]))
            {
                Ask(i, value, $"'{name}' {what}", _ => "is answered, expected an error");
            }
        }

        AskNothing();
        string detail = undefined.Count == 0
            ? FormattableString.Invariant($"{asked} unusual inputs: each has a defined answer or a clear error")
            : string.Join("; ", undefined.Take(Shown)) + (undefined.Count > Shown ? FormattableString.Invariant($"; and {undefined.Count - Shown} more") : "");
        return new GateResult(Name, undefined.Count == 0, undefined.Count, 0, detail);

        void Ask(int input, Tensor value, string what, Func<Tensor[], string?> problem)
        {
            Tensor[] feeds = [.. pair];
            feeds[input] = value;
            Try(feeds, what, problem);
        }

        void AskNothing() => Try([.. pair.Select(p => p.Rows(0, 0))], "no rows", answers =>
            answers.Any(a => a.Rank == 0 || a.Shape[0] != 0) ? "are answered with rows" : null);

        void Try(Tensor[] feeds, string what, Func<Tensor[], string?> problem)
        {
            asked++;
            try
            {
                if (problem(context.Model.Run(feeds)) is { } text)
                {
                    undefined.Add($"{what}: {text}");
                }
            }
            catch (AnnealException)
            {
                // A clear error is what is asked for.
            }
        }
    }

    private static string? Problem(IReadOnlyList<ValueInfo> outputs, Tensor[] answers, Tensor[] usual)
    {
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i].Type != DType.Float)
            {
                continue;
            }

            ReadOnlySpan<float> numbers = answers[i].Span<float>();
            ReadOnlySpan<float> before = usual[i].Span<float>();
            int width = numbers.Length / 2;
            if (numbers[width..].ToArray().FirstOrDefault(v => !float.IsFinite(v), 0) is var bad && !float.IsFinite(bad))
            {
                return FormattableString.Invariant($"output '{outputs[i].Name}' is {bad}");
            }

            for (int k = 0; k < width; k++)
            {
                if (!(Math.Abs(numbers[k] - before[k]) <= Same * Math.Max(1, Math.Abs(before[k]))))
                {
                    return FormattableString.Invariant($"output '{outputs[i].Name}' of the row beside it changes from {before[k]:g6} to {numbers[k]:g6}");
                }
            }
        }

        return null;
    }
}
