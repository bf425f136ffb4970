using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>The first rows of a set, for what is asked several times.</summary>
/// <param name="Feeds">By input name.</param>
/// <param name="Rows">How many.</param>
internal sealed record HeadRows(IReadOnlyDictionary<string, Tensor> Feeds, int Rows)
{
    private const int MostRows = 1000;
    private const int Batch = 64;

    public static HeadRows Of(ValidationSet set) => Of(set.Feeds, Math.Min(set.Rows, MostRows));

    /// <summary>The first rows of some feeds, in memory of their own.</summary>
    public static HeadRows Of(IReadOnlyDictionary<string, Tensor> feeds, int rows) =>
        new(feeds.ToDictionary(f => f.Key, f => f.Value.Rows(0, rows).Clone(), StringComparer.Ordinal), rows);

    public Pass Run(OrtModel model) => Pass.Run(model, Feeds, Rows, Batch);
}
