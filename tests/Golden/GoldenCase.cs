using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Golden;

/// <summary>A file that make_golden.py wrote: what PyTorch computed for a case, and from what.</summary>
/// <param name="Case">The case's name, and the file's.</param>
/// <param name="Batch">Rows of a batch.</param>
/// <param name="Batches">Batches, which the steps take in turn.</param>
/// <param name="Input">Sizes of a row.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Salt">Makes the case's numbers its own.</param>
/// <param name="Tolerance">How far the losses may be apart after the first steps, relative to PyTorch's.</param>
/// <param name="Runs">The losses, per optimizer.</param>
/// <param name="Tensors">The parameters in the order of our graph, with their gradients in the first step.</param>
internal sealed record GoldenCase(
    string Case,
    int Batch,
    int Batches,
    int[] Input,
    int Classes,
    uint Salt,
    double Tolerance,
    IReadOnlyList<GoldenRun> Runs,
    IReadOnlyList<GoldenTensor> Tensors)
{
    private const string InputName = "x";
    private const string Folder = "tests/Golden";
    private const int FeatureStream = 1000;
    private const int TargetStream = 2000;
    private const int SampleStream = 3000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>The names of the files.</summary>
    public static IEnumerable<string> Files() => Directory.EnumerateFiles(Repository.PathOf(Folder), "*.json")
        .Select(f => Path.GetFileNameWithoutExtension(f))
        .Order(StringComparer.Ordinal);

    /// <summary>Reads a file.</summary>
    public static GoldenCase Read(string name) =>
        JsonSerializer.Deserialize<GoldenCase>(Repository.Read($"{Folder}/{name}.json"), s_json)!;

    /// <summary>Our graphs of the case; the features are the input as it is.</summary>
    public TrainingGraphs Build(Optimizer optimizer)
    {
        var g = new GraphBuilder("features");
        var rows = new TensorShape([Dim.Of("N"), .. Input.Select(size => (Dim)size)]);
        g.Output(g.Input(InputName, new TensorType(DType.Float, rows)), "features");
        Graph identity = g.Build();
        var target = new TargetSpec(LearningTask.Classification, Classes);
        return TrainingGraphs.Build(GoldenNetworks.Of(Case), identity, identity, target, optimizer, seed: 0);
    }

    /// <summary>The first value of a parameter.</summary>
    public Tensor Parameter(int index)
    {
        GoldenTensor tensor = Tensors[index];
        return GoldenNumbers.Real(Salt, index, tensor.Shape, tensor.Offset, tensor.Scale);
    }

    /// <summary>The places in a parameter's gradient of the elements that the file has: all of them where they are as many.</summary>
    public int[] Places(int index, int length)
    {
        int count = Tensors[index].Samples.Count;
        return length == count
            ? [.. Enumerable.Range(0, length)]
            : [.. Enumerable.Range(0, count).Select(i => (int)((GoldenNumbers.Word(Salt, SampleStream + index, i) * (ulong)length) >> 32))];
    }

    /// <summary>What a session asks for in a step.</summary>
    /// <param name="name">The input's name.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="rate">The learning rate.</param>
    public Tensor Feed(string name, int step, float rate)
    {
        int batch = (step - 1) % Batches;
        return name switch
        {
            InputName => GoldenNumbers.Real(Salt, FeatureStream + batch, [Batch, .. Input], offset: 0, scale: 1),
            TrainingGraphs.TargetInput => Tensor.Vector<long>(
                [.. Enumerable.Range(0, Batch).Select(i => (long)(GoldenNumbers.Word(Salt, TargetStream + batch, i) % (uint)Classes))]),
            TrainingGraphs.RateInput => Tensor.Scalar(rate),
            TrainingGraphs.StepInput => Tensor.Scalar((long)step),
            _ => throw new InvalidOperationException($"the step of '{Case}' asks for '{name}'"),
        };
    }
}
