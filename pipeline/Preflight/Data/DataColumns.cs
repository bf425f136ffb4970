using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Data;

namespace Anneal.Pipeline.Preflight.Data;

/// <summary>The columns of a training's rows: those of a table, or the features of an array [N, F] of floats. Images have none.</summary>
internal sealed class DataColumns
{
    private const int WidestArray = 512;

    public DataColumns(LoadedData loaded, SplitRows split)
    {
        Train = Of(loaded.Train);
        Test = ReferenceEquals(loaded.Train, loaded.Test) ? Train : Of(loaded.Test);
        TrainRows = [.. split.Train.Distinct()];
        ValidationRows = split.Validation;
        TestRows = loaded.TestRows;
    }

    /// <summary>The columns of the table to train on.</summary>
    public IReadOnlyList<DataColumn> Train { get; }

    /// <summary>The same columns of the table to test on.</summary>
    public IReadOnlyList<DataColumn> Test { get; }

    /// <summary>The rows to train on, each once.</summary>
    public int[] TrainRows { get; }

    public int[] ValidationRows { get; }

    /// <summary>The rows of <see cref="Test"/> to test on.</summary>
    public int[] TestRows { get; }

    private static IReadOnlyList<DataColumn> Of(DataTable table) => [.. table.Features.SelectMany(Of)];

    private static IEnumerable<DataColumn> Of(FeatureColumn feature)
    {
        Tensor values = feature.Values;
        if (feature.Kind is not null)
        {
            return [values.Type == DType.String ? new DataColumn(feature.Name, null, values.Strings) : new DataColumn(feature.Name, values.Span<float>().ToArray(), null)];
        }

        return values is { Type: DType.Float, Rank: 2 } && values.Shape[1] <= WidestArray
            ? Enumerable.Range(0, values.Shape[1]).Select(c => new DataColumn(FormattableString.Invariant($"{feature.Name}[{c}]"), Column(values, c), null))
            : [];
    }

    private static float[] Column(Tensor array, int column)
    {
        ReadOnlySpan<float> values = array.Span<float>();
        int width = array.Shape[1];
        float[] result = new float[array.Shape[0]];
        for (int row = 0; row < result.Length; row++)
        {
            result[row] = values[(row * width) + column];
        }

        return result;
    }
}
