using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Loop;

internal sealed class BatchStatisticsTests
{
    private const int Rows = 50;
    private const int Features = 5;
    private const int Batch = 16;
    private const ulong Seed = 4;

    // The norm comes first, so that what it sees are the rows themselves; a dropout behind it must not be seen by a second norm.
    private static readonly TrainingGraphs s_graphs = Graphs();

    [Test]
    public void Estimate_FirstNorm_IsTheMeanOfTheBatchesMomentsByTheirRows()
    {
        using var runner = new SimdRunner(2);
        (Tensor features, Tensor target) = Networks.Rows(Rows + 9, Features, 3);
        int[] rows = [.. Enumerable.Range(9, Rows)];

        IReadOnlyDictionary<string, Tensor> estimated = BatchStatistics.Estimate(s_graphs, runner, new RowSet([features], target, rows), Batch, Seed, Initial());

        double[] mean = new double[Features];
        double[] variance = new double[Features];
        int[] order = [.. Permutation.Of(Seed, "shuffle", 0, Rows).Select(i => rows[i])];
        foreach (int[] batch in order.Chunk(Batch))
        {
            for (int f = 0; f < Features; f++)
            {
                double[] values = [.. batch.Select(r => (double)features.Span<float>()[(r * Features) + f])];
                double own = values.Average();
                mean[f] += own * batch.Length / Rows;
                variance[f] += values.Average(v => (v - own) * (v - own)) * batch.Length / Rows;
            }
        }

        // Sums of 16 floats.
        Assert.That(Compare.Doubles(estimated["norm1.mean"]), Is.EqualTo(mean).Within(1e-6));
        Assert.That(Compare.Doubles(estimated["norm1.var"]), Is.EqualTo(variance).Within(1e-6));
    }

    // The first norm sees the rows themselves: batches of 4,000 make three of the first 10,000 rows and one that is left out.
    [Test]
    public void Estimate_ManyRows_TakesTheFirstBatchesThatHaveTenThousand()
    {
        const int Many = 15_000;
        using var runner = new SimdRunner(2);
        (Tensor features, Tensor target) = Networks.Rows(Many, Features, 3);
        int[] rows = [.. Enumerable.Range(0, Many)];

        IReadOnlyDictionary<string, Tensor> estimated = BatchStatistics.Estimate(s_graphs, runner, new RowSet([features], target, rows), 4000, Seed, Initial());

        int[] taken = [.. Permutation.Of(Seed, "shuffle", 0, Many).Take(12_000)];
        double[] mean = [.. Enumerable.Range(0, Features).Select(f => taken.Average(r => (double)features.Span<float>()[(r * Features) + f]))];

        // Sums of 4,000 floats; the mean of all rows differs by about 4e-3.
        Assert.That(Compare.Doubles(estimated["norm1.mean"]), Is.EqualTo(mean).Within(1e-5));
    }

    [Test]
    public void Estimate_OtherParameters_StayAsTheyAre()
    {
        using var runner = new SimdRunner(1);
        (Tensor features, Tensor target) = Networks.Rows(Rows, Features, 3);
        IReadOnlyDictionary<string, Tensor> before = Initial();

        IReadOnlyDictionary<string, Tensor> after = BatchStatistics.Estimate(s_graphs, runner, new RowSet([features], target, [.. Enumerable.Range(0, Rows)]), Batch, Seed, before);

        Assert.That(after.Keys, Is.EquivalentTo(before.Keys));
        foreach (Parameter parameter in s_graphs.Parameters.Where(p => p.IsTrained))
        {
            Compare.Same(after[parameter.Name], before[parameter.Name], parameter.Name);
        }
    }

    [Test]
    public void Estimate_WhateverTheAveragesWere_TheSameBitsOnAnyNumberOfThreads()
    {
        (Tensor features, Tensor target) = Networks.Rows(Rows, Features, 3);
        var set = new RowSet([features], target, [.. Enumerable.Range(0, Rows)]);
        var other = new Dictionary<string, Tensor>(Initial());
        foreach (Parameter parameter in s_graphs.Parameters.Where(p => !p.IsTrained))
        {
            other[parameter.Name] = Tensor.Vector<float>([.. Enumerable.Repeat(7f, parameter.Initial.Length)]);
        }

        using var one = new SimdRunner(1);
        using var three = new SimdRunner(3);
        IReadOnlyDictionary<string, Tensor> first = BatchStatistics.Estimate(s_graphs, one, set, Batch, Seed, Initial());
        IReadOnlyDictionary<string, Tensor> second = BatchStatistics.Estimate(s_graphs, three, set, Batch, Seed, other);

        foreach (string name in first.Keys)
        {
            Compare.Same(second[name], first[name], name);
        }
    }

    [Test]
    public void Estimate_ModelWithoutNorms_GivesTheSameParameters()
    {
        using var runner = new SimdRunner(1);
        TrainingGraphs graphs = Networks.Mlp(Features, [3], 0);
        (Tensor features, Tensor target) = Networks.Rows(Rows, Features, 3);
        var parameters = graphs.Parameters.ToDictionary(p => p.Name, p => p.Initial);

        Assert.That(graphs.Statistics, Is.Null);
        Assert.That(BatchStatistics.Estimate(graphs, runner, new RowSet([features], target, [0, 1]), Batch, Seed, parameters), Is.SameAs(parameters));
    }

    private static Dictionary<string, Tensor> Initial() => s_graphs.Parameters.ToDictionary(p => p.Name, p => p.Initial);

    private static TrainingGraphs Graphs()
    {
        var g = new GraphBuilder("features");
        g.Output(g.Input(Networks.Input, TensorType.Of(DType.Float, Dim.Of("N"), Features)), "features");
        Graph identity = g.Build();
        Layer[] layers =
        [
            new Layer.BatchNorm("norm1", Origin.None, 0.9f, 1e-5f),
            new Layer.Dense("dense1", Origin.None, 6, Activation.Relu, true, Initializer.Auto),
            new Layer.Dropout("dropout1", Origin.None, 0.5f),
            new Layer.BatchNorm("norm2", Origin.None, 0.9f, 1e-5f),
            new Layer.Dense("dense2", Origin.None, 3, Activation.Linear, true, Initializer.Auto),
        ];
        return TrainingGraphs.Build(new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, 3), Optimizer.Adam(), 7);
    }
}
