using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>Holds an ONNX file against the trainer's own answers and against the truth.</summary>
public static class Validator
{
    private const int FlipsShown = 20;

    /// <summary>Runs the rows through the model at each batch size, all of them at the largest, and checks the gates.</summary>
    /// <param name="model">The model.</param>
    /// <param name="set">The rows, the trainer's answers and the truth.</param>
    /// <param name="gates">The gates.</param>
    /// <returns>What was found; nothing is thrown for a breached gate.</returns>
    /// <exception cref="AnnealException">The rows do not fit the model, or a gate lacks what it needs.</exception>
    public static ValidationReport Run(OrtModel model, ValidationSet set, IReadOnlyList<IGate> gates)
    {
        var context = new ValidationContext(model, set);
        bool compared = set.Reference.Count > 0;
        IReadOnlyList<Pass> passes = context.Passes;
        GateResult[] results = [.. gates.Select(g => g.Check(context))];
        return new ValidationReport(
            results.All(r => r.Passed),
            model.Engine,
            set.Rows,
            compared ? context.Difference.Value : null,
            compared && set.Task != ModelTask.Regression ? context.Flips.Count : null,
            [.. context.Flips.Take(FlipsShown)],
            context.Metrics,
            [.. passes.Select(p => p.Latency())],
            results)
        {
            WorstRow = compared ? context.Difference.Row : null,
        };
    }

    /// <summary>A model's answers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="set">The rows; they run at the largest of its batch sizes.</param>
    /// <returns>The answers for all rows, by output name.</returns>
    /// <exception cref="AnnealException">The rows do not fit the model.</exception>
    public static IReadOnlyDictionary<string, Tensor> Answer(OrtModel model, ValidationSet set) => new ValidationContext(model, set).Answers;
}
