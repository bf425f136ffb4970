using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Features;

namespace Anneal.Tests.Features;

/// <summary>Small tables, and what fitted preprocessing makes of them.</summary>
internal static class FeatureRun
{
    public static DataTable Table(params FeatureColumn[] columns) =>
        new(columns, Tensor.Zeros(DType.Int64, columns[0].Values.Shape[0]), ["a"]);

    public static FeatureColumn Number(string name, params float[] values) =>
        new(name, ColumnKind.Number, Tensor.Of<float>([values.Length, 1], values));

    public static FeatureColumn Category(string name, params string[] values) =>
        new(name, ColumnKind.Category, Tensor.OfStrings([values.Length, 1], values));

    public static FeatureColumn Array(Tensor values) => new(ArraySource.InputName, null, values);

    public static int[] All(DataTable table) => [.. Enumerable.Range(0, table.Rows)];

    /// <summary>What our engine gives, after ONNX Runtime has given the same.</summary>
    public static Tensor Run(FittedFeatures features, DataTable table)
    {
        using IGraphSession theirs = new OrtRunner(new OrtOptions { Threads = 1 }).Open(Model.Of(features.Graph), []);
        Tensor result = RunOurs(features, table);
        var expected = new Tensor?[1];
        theirs.Run([.. table.Features.Select(f => f.Values)], expected);
        Assert.That(result.ToString(), Is.EqualTo(expected[0]!.ToString()));
        Assert.That(result.Span<float>().ToArray(), Is.EqualTo(expected[0]!.Span<float>().ToArray()).Within(1e-6));
        return result;
    }

    /// <summary>What our engine gives.</summary>
    public static Tensor RunOurs(FittedFeatures features, DataTable table)
    {
        using var simd = new SimdRunner(2);
        using IGraphSession ours = simd.Open(Model.Of(features.Graph), []);
        var result = new Tensor?[1];
        ours.Run([.. table.Features.Select(f => f.Values)], result);
        return result[0]!;
    }

    public static float[] Column(Tensor features, int column) =>
        [.. Enumerable.Range(0, features.Shape[0]).Select(r => features.Span<float>()[(r * features.Shape[1]) + column])];
}
