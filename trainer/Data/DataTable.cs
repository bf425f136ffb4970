using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>Rows to learn from or to test on, as they are in the file: nothing is scaled, filled or encoded yet.</summary>
public sealed class DataTable
{
    private readonly Lazy<string> _contentHash;

    /// <summary>Puts a table together.</summary>
    /// <param name="features">The raw inputs, all with the same number of rows.</param>
    /// <param name="target">int64 [rows] class indices; float [rows] numbers, or [rows, K] of several columns.</param>
    /// <param name="classNames">The name of each class or label; null for numbers.</param>
    /// <exception cref="AnnealException">The numbers of rows differ, or there are none.</exception>
    public DataTable(IReadOnlyList<FeatureColumn> features, Tensor target, IReadOnlyList<string>? classNames)
    {
        Features = features;
        Target = target;
        ClassNames = classNames;
        Rows = target.Shape[0];
        foreach (FeatureColumn feature in features)
        {
            if (feature.Values.Shape[0] != Rows)
            {
                throw AnnealException.BadData($"{feature.Values.Shape[0]} rows of '{feature.Name}', but {Rows} labels");
            }
        }

        if (Rows == 0)
        {
            throw AnnealException.BadData("no rows");
        }

        _contentHash = new Lazy<string>(Hash);
    }

    /// <summary>The raw inputs.</summary>
    public IReadOnlyList<FeatureColumn> Features { get; }

    /// <summary>What to predict: int64 [rows] class indices; float [rows] numbers, or [rows, K] of several columns.</summary>
    public Tensor Target { get; }

    /// <summary>The name of each class or label; null for numbers.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The names of the target's columns where there are several and they have names; null otherwise.</summary>
    public IReadOnlyList<string>? TargetNames { get; init; }

    /// <summary>The weight of each row, float [rows], at least 0; null where all are equal.</summary>
    public Tensor? Weight { get; init; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>[rows] the text of the column by which rows are split; null where the source was asked for none.</summary>
    public IReadOnlyList<string>? Marks { get; init; }

    /// <summary>What is worth telling of how the rows were read, such as rows left out.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>SHA-256 in hex of names, types, shapes and elements; computed when first asked for.</summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>The rows of some classes, numbered anew.</summary>
    /// <param name="names">The classes, by name, in the order of their new numbers.</param>
    /// <returns>The table without all other rows.</returns>
    /// <exception cref="AnnealException">The target is no class, a name is none, or no row is left.</exception>
    public DataTable OfClasses(IReadOnlyList<string> names)
    {
        if (ClassNames is not { } known || Target.Type != DType.Int64)
        {
            throw AnnealException.BadUsage("there are no classes to choose from: the target is a number");
        }

        if (names.FirstOrDefault(n => !known.Contains(n)) is { } unknown)
        {
            throw AnnealException.BadData($"there is no class '{unknown}'", $"the classes are {string.Join(", ", known)}");
        }

        long[] numbers = [.. known.Select(n => (long)names.ToList().IndexOf(n))];
        long[] old = Target.Span<long>().ToArray();
        int[] rows = [.. Enumerable.Range(0, Rows).Where(r => numbers[old[r]] >= 0)];
        return rows.Length == 0
            ? throw AnnealException.BadData($"no row is of class {string.Join(", ", names)}")
            : new DataTable([.. Features.Select(f => f with { Values = f.Values.Take(rows) })], Tensor.Vector<long>([.. rows.Select(r => numbers[old[r]])]), names)
            {
                Weight = Weight?.Take(rows),
                Marks = Marks is { } marks ? [.. rows.Select(r => marks[r])] : null,
                Warnings = Warnings,
            };
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FeatureColumn feature in Features)
        {
            Append(hash, feature.Name);
            Append(hash, feature.Values);
        }

        Append(hash, "target");
        Append(hash, Target);
        if (Weight is not null)
        {
            Append(hash, "weight");
            Append(hash, Weight);
        }

        foreach (string name in (ClassNames ?? []).Concat(TargetNames ?? []))
        {
            Append(hash, name);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, Tensor tensor)
    {
        Append(hash, tensor.ToString());
        if (tensor.Type != DType.String)
        {
            hash.AppendData(tensor.Bytes);
        }

        foreach (string text in tensor.Strings)
        {
            Append(hash, text);
        }
    }

    private static void Append(IncrementalHash hash, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Span<byte> bytes = length <= 252 ? stackalloc byte[length + 4] : new byte[length + 4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        Encoding.UTF8.GetBytes(text, bytes[4..]);
        hash.AppendData(bytes);
    }
}
