using System.Globalization;
using System.Numerics;
using Anneal.Onnx;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>A file of inputs and a file of labels, row for row. Integer labels are class indices, floats are numbers to predict, and so are labels of several columns.</summary>
/// <param name="Features">The file of inputs, one item a row.</param>
/// <param name="Labels">The file of labels, one a row.</param>
public abstract record ArraySource(string Features, string Labels) : DataSource
{
    private const int MaxClasses = 1 << 16;

    /// <summary>The name of the raw input.</summary>
    public const string InputName = "input";

    /// <summary>The name of each class; null to count the classes in the labels and name them by their numbers.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <inheritdoc/>
    public override DataTable Load(DataTable? train = null)
    {
        Tensor features = Read(Features);
        Tensor labels = Read(Labels);
        if (features.Rank == 0 || labels.Rank is 0 or > 2)
        {
            throw features.Rank == 0
                ? AnnealException.BadData($"{Features}: a single number, expected one item a row")
                : AnnealException.BadData($"{Labels}: {labels}, expected one label, or a line of labels, a row");
        }

        if (features.Shape[0] != labels.Shape[0])
        {
            throw AnnealException.BadData($"{Features}: {features.Shape[0]} rows, but {labels.Shape[0]} labels in {Labels}");
        }

        if (labels.Length == 0)
        {
            throw AnnealException.BadData($"{Features}: no rows");
        }

        CheckFinite(features);
        var column = new FeatureColumn(InputName, null, features);
        if (labels.Length != labels.Shape[0])
        {
            Tensor numbers = labels.Type.IsFloating() ? Numbers(labels) : Floats(Indices(labels));
            return new DataTable([column], numbers.Reshape([.. labels.Shape]), null) { TargetNames = ClassNames };
        }

        return labels.Type.IsFloating() ? new DataTable([column], Numbers(labels), null) : Classified(column, Indices(labels), train);
    }

    private protected abstract Tensor Read(string path);

    private DataTable Classified(FeatureColumn column, Tensor target, DataTable? train)
    {
        IReadOnlyList<string>? names = train?.ClassNames ?? ClassNames;
        Span<long> labels = target.Span<long>();
        long limit = names?.Count ?? MaxClasses;
        int outside = labels.IndexOfAnyExceptInRange(0L, limit - 1);
        if (outside >= 0)
        {
            throw AnnealException.BadData(
                $"{Labels}: row {outside} (from 0): label {labels[outside]} is not a class from 0 to {limit - 1}",
                train is null ? null : "the classes are those of the training data");
        }

        names ??= [.. Enumerable.Range(0, (int)System.Numerics.Tensors.TensorPrimitives.Max<long>(labels) + 1).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        return new DataTable([column], target, names);
    }

    private void CheckFinite(Tensor features)
    {
        int bad = features.Type switch
        {
            DType.Float => FirstNotFinite(features.Span<float>()),
            DType.Double => FirstNotFinite(features.Span<double>()),
            DType.Float16 => FirstNotFinite(features.Span<Half>()),
            _ => -1,
        };
        if (bad >= 0)
        {
            int width = features.Length / features.Shape[0];
            throw AnnealException.BadData($"{Features}: row {bad / width} (from 0): element {bad % width} is not finite in float32");
        }
    }

    private static int FirstNotFinite<T>(ReadOnlySpan<T> values)
        where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(float.CreateTruncating(values[i])))
            {
                return i;
            }
        }

        return -1;
    }

    private static Tensor Floats(Tensor integers)
    {
        Tensor numbers = Tensor.Zeros(DType.Float, integers.Length);
        for (int i = 0; i < integers.Length; i++)
        {
            numbers.Span<float>()[i] = integers.Span<long>()[i];
        }

        return numbers;
    }

    private Tensor Numbers(Tensor labels)
    {
        Tensor target = Tensor.Zeros(DType.Float, labels.Length);
        for (int i = 0; i < labels.Length; i++)
        {
            float value = labels.Type switch
            {
                DType.Float => labels.Span<float>()[i],
                DType.Double => (float)labels.Span<double>()[i],
                _ => (float)labels.Span<Half>()[i],
            };
            target.Span<float>()[i] = float.IsFinite(value) ? value : throw AnnealException.BadData($"{Labels}: row {i / (labels.Length / labels.Shape[0])} (from 0): the label is not finite in float32");
        }

        return target;
    }

    private Tensor Indices(Tensor labels)
    {
        Tensor target = Tensor.Zeros(DType.Int64, labels.Length);
        for (int i = 0; i < labels.Length; i++)
        {
            target.Span<long>()[i] = labels.Type switch
            {
                DType.UInt8 or DType.Bool => labels.Bytes[i],
                DType.Int8 => labels.Span<sbyte>()[i],
                DType.Int16 => labels.Span<short>()[i],
                DType.UInt16 => labels.Span<ushort>()[i],
                DType.Int32 => labels.Span<int>()[i],
                DType.UInt32 => labels.Span<uint>()[i],
                DType.Int64 => labels.Span<long>()[i],
                DType.UInt64 => (long)Math.Min(labels.Span<ulong>()[i], long.MaxValue),
                _ => throw AnnealException.BadData($"{Labels}: labels of type {labels.Type.Name()} are neither classes nor numbers"),
            };
        }

        return target;
    }
}
