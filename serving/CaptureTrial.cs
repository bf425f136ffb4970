using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving;

/// <summary>Steps on made-up rows that show whether a replayed one gives what a plain one gives, before a real one is taken.</summary>
internal sealed class CaptureTrial(OrtShapes shapes, OrtState state, OrtMemory memory, IReadOnlyList<ValueInfo> feeds, IReadOnlyList<ValueInfo> fetches)
{
    /// <summary>Rows of its steps.</summary>
    public const int Rows = 8;

    // Kernels that add up in no fixed order differ in the last digits, and Adam makes steps of either sign of a gradient that is nothing else.
    private const float Tolerance = 1e-3f;
    private const double DifferentShare = 0.01;

    /// <summary>Takes a plain step, one that is captured and one that is replayed, each from the first state, and holds the last against the first. The state is then as it was opened.</summary>
    /// <returns>What differs; null where nothing does.</returns>
    public string? Run()
    {
        SortedDictionary<string, Tensor> expected = Step();
        Step();
        SortedDictionary<string, Tensor> replayed = Step();
        shapes.Forget();
        return expected.Keys.FirstOrDefault(name => !IsSame(expected[name], replayed[name])) is { } first ? $"a replayed step gives another '{first}' than a plain one" : null;
    }

    private SortedDictionary<string, Tensor> Step()
    {
        OrtBuffer[] given = [.. feeds.Select(f => memory.Of(InputSample.Of(f, Rows)))];
        OrtBuffer[] results = [.. fetches.Select(f => memory.Allocate(f.Type.Type, f.Type.Shape!.Value.ToSizes()))];
        try
        {
            shapes.Run(given, results);
            state.Advance();
            var gave = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
            for (int i = 0; i < results.Length; i++)
            {
                gave.Add(fetches[i].Name, results[i].Read());
            }

            foreach (string name in state.Names)
            {
                gave.Add(name, state.Current(name).Read());
            }

            state.Reset();
            return gave;
        }
        finally
        {
            foreach (OrtBuffer buffer in given.Concat(results))
            {
                buffer.Dispose();
            }
        }
    }

    private static bool IsSame(Tensor expected, Tensor actual)
    {
        if (expected.Type != DType.Float)
        {
            return expected.Bytes.SequenceEqual(actual.Bytes);
        }

        ReadOnlySpan<float> a = expected.Span<float>();
        ReadOnlySpan<float> b = actual.Span<float>();
        float largest = 0;
        for (int i = 0; i < a.Length; i++)
        {
            largest = float.MaxNumber(largest, MathF.Abs(a[i]));
        }

        int different = 0;
        for (int i = 0; i < a.Length; i++)
        {
            bool isSame = MathF.Abs(a[i] - b[i]) <= Tolerance * largest || (float.IsNaN(a[i]) && float.IsNaN(b[i])) || a[i] == b[i];
            different += isSame ? 0 : 1;
        }

        return different <= DifferentShare * a.Length;
    }
}
