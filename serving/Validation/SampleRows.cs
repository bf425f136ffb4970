using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>Rows spread evenly over a set, for what is asked several times.</summary>
/// <param name="Feeds">By input name, in memory of their own.</param>
/// <param name="Numbers">The rows' numbers in the set, in order.</param>
internal sealed record SampleRows(IReadOnlyDictionary<string, Tensor> Feeds, int[] Numbers)
{
    /// <summary>Rows in a run where no batch size is asked for.</summary>
    public const int Batch = 64;

    public static SampleRows Of(ValidationSet set, int most)
    {
        int taken = Math.Min(set.Rows, most);
        int[] numbers = [.. Enumerable.Range(0, taken).Select(i => (int)((long)i * set.Rows / taken))];
        return new SampleRows(set.FeedsOf(numbers), numbers);
    }

    public Pass Run(OrtModel model, int batch = Batch) => Pass.Run(model, Feeds, Numbers.Length, batch, Numbers);
}
